package io.github.octconv4j.cli;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Race;
import io.github.octconv4j.timing.Runner;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a network takes for one image, and how much memory.
 *
 * @param network its name
 * @param runs how many were timed
 * @param microseconds median of the runs
 * @param multiplyAdds of one run
 * @param steps that one run starts
 * @param weightBytes of the weights in the layouts of the plan
 * @param activationBytes of the activations of a run, as they share memory
 */
record Timing(
    String network,
    int runs,
    double microseconds,
    long multiplyAdds,
    int steps,
    long weightBytes,
    long activationBytes) {
  private static final long SLOW_NANOS = 5_000_000; // of a round
  private static final int SLOW_RUNS = 15;

  /**
   * Times networks in one race.
   *
   * @param image the networks' input, (c, h, w)
   */
  static List<Timing> measure(List<Network> networks, PlanOptions options, float[] image) {
    List<Predictor> predictors = new ArrayList<>();
    try {
      for (Network network : networks) {
        Predictor predictor = network.predictor(1, options);
        predictors.add(predictor);
        predictor.input().set(image);
      }
      Race race = Race.of(runners(predictors), runs(predictors));
      List<Timing> timings = new ArrayList<>();
      for (int i = 0; i < predictors.size(); i++) {
        Predictor predictor = predictors.get(i);
        timings.add(
            new Timing(
                networks.get(i).info().name(),
                race.rounds(),
                race.microseconds(i),
                predictor.multiplyAdds(),
                predictor.steps().size(),
                networks.get(i).weightBytes(),
                predictor.activationBytes()));
      }
      return timings;
    } finally {
      predictors.forEach(Predictor::close);
    }
  }

  private static List<Runner> runners(List<Predictor> predictors) {
    return predictors.stream().<Runner>map(predictor -> predictor::run).toList();
  }

  /** As many as give a steady median, or a few where the user would wait for them. */
  private static int runs(List<Predictor> predictors) {
    long before = System.nanoTime();
    predictors.forEach(Predictor::run);
    return System.nanoTime() - before > SLOW_NANOS ? SLOW_RUNS : 0;
  }
}
