package io.github.octconv4j.cli;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long a network takes for one image.
 *
 * @param network its name
 * @param runs how many were timed
 * @param microseconds median of the runs
 * @param multiplyAdds of one run
 */
record Timing(String network, int runs, double microseconds, long multiplyAdds) {
  private static final Duration WARM_UP = Duration.ofMillis(300);
  private static final Duration MEASURED = Duration.ofMillis(700);
  private static final int FEWEST_RUNS = 5;

  /**
   * Times networks in turn, so that whatever else the machine does meets all of them alike.
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
      run(predictors, WARM_UP);
      List<long[]> rounds = run(predictors, MEASURED);
      List<Timing> timings = new ArrayList<>();
      for (int i = 0; i < predictors.size(); i++) {
        timings.add(
            new Timing(
                networks.get(i).info().name(),
                rounds.size(),
                median(rounds, i) / 1e3,
                predictors.get(i).multiplyAdds()));
      }
      return timings;
    } finally {
      predictors.forEach(Predictor::close);
    }
  }

  /** The nanoseconds of each predictor in each round. */
  private static List<long[]> run(List<Predictor> predictors, Duration time) {
    List<long[]> rounds = new ArrayList<>();
    long begin = System.nanoTime();
    while (rounds.size() < FEWEST_RUNS || System.nanoTime() - begin < time.toNanos()) {
      long[] round = new long[predictors.size()];
      for (int i = 0; i < round.length; i++) {
        Predictor predictor = predictors.get(i);
        long before = System.nanoTime();
        predictor.run();
        round[i] = System.nanoTime() - before;
      }
      rounds.add(round);
    }
    return rounds;
  }

  private static double median(List<long[]> rounds, int predictor) {
    long[] times = rounds.stream().mapToLong(round -> round[predictor]).toArray();
    Arrays.sort(times);
    int middle = times.length / 2;
    return times.length % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2.0;
  }
}
