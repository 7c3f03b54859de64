package io.github.octconv4j.cli.bench;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Race;
import java.util.ArrayList;
import java.util.List;

/** Measures octave networks of several alphas and the dense network, all in the same race. */
public final class NetBench {
  private final PlanOptions options;
  private final boolean int8;
  private final int batch;
  private final int runs;

  /**
   * Prepares measurements.
   *
   * @param options of the octave networks; the dense one computes in F32, with the same otherwise
   * @param int8 whether the octave networks are of whole numbers
   * @param batch images of a run
   * @param runs rounds of the race
   */
  public NetBench(PlanOptions options, boolean int8, int batch, int runs) {
    this.options = options;
    this.int8 = int8;
    this.batch = batch;
    this.runs = runs;
  }

  /**
   * Measures a network and returns a result for each of the octave models.
   *
   * @param done called as often as there are models, dense and octave, and once more for the race
   */
  public List<NetResult> run(Model dense, List<Model> octaves, Runnable done) {
    List<NetContender> contenders = new ArrayList<>();
    try {
      PlanOptions denseOptions = options.type(DataType.F32).fpMath(FpMath.STRICT);
      contenders.add(new NetContender(dense, batch, denseOptions, false));
      done.run();
      for (Model octave : octaves) {
        contenders.add(new NetContender(octave, batch, options, int8));
        done.run();
      }
      Race race = Race.of(contenders, runs);
      done.run();
      List<NetResult> results = new ArrayList<>();
      for (int i = 1; i < contenders.size(); i++) {
        results.add(
            NetResult.of(
                contenders.get(i),
                contenders.getFirst(),
                race.microseconds(i),
                race.microseconds(0)));
      }
      return results;
    } finally {
      contenders.forEach(NetContender::close);
    }
  }
}
