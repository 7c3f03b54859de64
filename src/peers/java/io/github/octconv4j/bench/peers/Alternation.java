package io.github.octconv4j.bench.peers;

import java.util.ArrayList;
import java.util.List;

/**
 * Times contenders in turn, round after round, so that whatever else the machine does meets all of
 * them alike.
 */
final class Alternation {
  private static final int WARM_UP_ROUNDS = 10;
  private static final long WARM_UP_NANOS = 400_000_000;
  private static final long SPINNING_MILLIS = 10;

  private final List<? extends Contender> contenders;
  private final boolean settles;
  private final List<long[]> rounds = new ArrayList<>();

  private Alternation(List<? extends Contender> contenders, int threads) {
    this.contenders = contenders;
    this.settles = threads > 1;
  }

  /**
   * Measures.
   *
   * @param threads of each contender; where there are several, each one's may fall asleep before
   *     the next one runs
   * @param fewest rounds at least
   * @param nanos time at least
   */
  static Alternation of(List<? extends Contender> contenders, int threads, int fewest, long nanos) {
    Alternation alternation = new Alternation(contenders, threads);
    alternation.repeat(WARM_UP_ROUNDS, WARM_UP_NANOS);
    alternation.rounds.clear();
    alternation.repeat(fewest, nanos);
    return alternation;
  }

  private void repeat(int fewest, long nanos) {
    long begin = System.nanoTime();
    while (rounds.size() < fewest || System.nanoTime() - begin < nanos) {
      rounds.add(round());
    }
  }

  /** Every second round goes backwards: no contender always follows the same one. */
  private long[] round() {
    long[] times = new long[contenders.size()];
    boolean forwards = rounds.size() % 2 == 0;
    for (int i = 0; i < times.length; i++) {
      int index = forwards ? i : times.length - 1 - i;
      Contender contender = contenders.get(index);
      if (settles) {
        settle(contender);
      }
      contender.run(); // not timed: brings its data into the cache, where a network leaves it
      long before = System.nanoTime();
      contender.run();
      times[index] = System.nanoTime() - before;
    }
    return times;
  }

  /**
   * Lets the threads of the one before, which spin for a while in wait of more work, fall asleep;
   * and those of the next wake up.
   */
  private static void settle(Contender next) {
    try {
      Thread.sleep(SPINNING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    next.run();
  }

  int rounds() {
    return rounds.size();
  }

  /** Returns the median time of a contender in microseconds. */
  double median(int contender) {
    return quantile(contender, 0.5);
  }

  /** Returns the distance of the quartiles over the median. */
  double spread(int contender) {
    return (quantile(contender, 0.75) - quantile(contender, 0.25)) / median(contender);
  }

  private double quantile(int contender, double share) {
    long[] times = rounds.stream().mapToLong(round -> round[contender]).sorted().toArray();
    double position = share * (times.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, times.length - 1);
    double part = position - below;
    return (times[below] * (1 - part) + times[above] * part) / 1e3;
  }
}
