package io.github.octconv4j.cli.bench;

import io.github.octconv4j.cli.bench.LayerResult.Side;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Race;
import java.util.ArrayList;
import java.util.List;

/** Measures octave layers of several alphas and the dense layer, all in the same race. */
public final class LayerBench {
  private final Engine engine;
  private final PlanOptions options;
  private final int runs;

  /**
   * Prepares measurements.
   *
   * @param options of the octave layers; the dense one computes in F32, with the same otherwise
   * @param runs rounds of each race, 0 for as many as it takes
   */
  public LayerBench(Engine engine, PlanOptions options, int runs) {
    this.engine = engine;
    this.options = options;
    this.runs = runs;
  }

  /** Measures one layer and returns a result for each alpha. */
  public List<LayerResult> run(LayerShape layer, List<Double> alphas) {
    List<LayerContender> contenders = new ArrayList<>();
    try {
      contenders.add(
          LayerContender.of(engine, layer, 0, options.type(DataType.F32).fpMath(FpMath.STRICT)));
      for (double alpha : alphas) {
        contenders.add(LayerContender.of(engine, layer, alpha, options));
      }
      return results(layer, alphas, contenders, Race.of(contenders, runs));
    } finally {
      contenders.forEach(LayerContender::close);
    }
  }

  private static List<LayerResult> results(
      LayerShape layer, List<Double> alphas, List<LayerContender> contenders, Race race) {
    List<LayerResult> results = new ArrayList<>();
    for (int i = 0; i < alphas.size(); i++) {
      results.add(
          new LayerResult(
              layer,
              alphas.get(i),
              contenders.get(i + 1).options(),
              race.rounds(),
              side(layer, alphas.get(i), contenders, race, i + 1),
              side(layer, 0, contenders, race, 0)));
    }
    return results;
  }

  private static Side side(
      LayerShape layer, double alpha, List<LayerContender> contenders, Race race, int index) {
    return Side.of(
        contenders.get(index), alpha, layer, race.microseconds(index), race.spread(index));
  }
}
