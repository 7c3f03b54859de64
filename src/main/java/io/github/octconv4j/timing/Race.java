package io.github.octconv4j.timing;

import java.util.ArrayList;
import java.util.List;

/**
 * Times contenders in turn, round after round, so that whatever else the machine does meets all of
 * them alike.
 */
public final class Race {
  private static final long WARM_UP_NANOS = 400_000_000;
  private static final int WARM_UP_ROUNDS = 5;
  private static final long MEASURED_NANOS = 500_000_000;
  private static final int FEWEST_ROUNDS = 60;
  private static final long MOST_NANOS = 20_000_000_000L;
  private static final int FEWEST_SLOW_ROUNDS = 7;
  private static final long SPINNING_MILLIS = 10;

  private final List<Runner> contenders;
  private final boolean mixed;
  private final List<long[]> rounds = new ArrayList<>();

  private Race(List<Runner> contenders) {
    this.contenders = contenders;
    this.mixed = contenders.stream().map(Runner::team).distinct().count() > 1;
  }

  /**
   * Runs a race.
   *
   * @param runs rounds, or 0 for as many as give a steady median: at least 60, and half a second
   */
  public static Race of(List<? extends Runner> contenders, int runs) {
    Race race = new Race(List.copyOf(contenders));
    race.repeat(runs > 0 ? Math.min(runs, WARM_UP_ROUNDS) : WARM_UP_ROUNDS, WARM_UP_NANOS);
    race.rounds.clear();
    if (runs > 0) {
      race.repeat(runs, 0);
    } else {
      race.repeat(FEWEST_ROUNDS, MEASURED_NANOS);
    }
    return race;
  }

  /** Runs at least so many rounds and at least so long; where they take very long, fewer. */
  private void repeat(int fewest, long nanos) {
    long begin = System.nanoTime();
    while (true) {
      long passed = System.nanoTime() - begin;
      boolean enough = rounds.size() >= fewest && passed >= nanos;
      boolean slow = nanos > 0 && rounds.size() >= FEWEST_SLOW_ROUNDS && passed >= MOST_NANOS;
      if (enough || slow) {
        return;
      }
      rounds.add(round());
    }
  }

  /** Every second round goes backwards: no contender always follows the same one. */
  private long[] round() {
    long[] times = new long[contenders.size()];
    boolean forwards = rounds.size() % 2 == 0;
    String team = contenders.get(forwards ? 0 : times.length - 1).team();
    for (int i = 0; i < times.length; i++) {
      int index = forwards ? i : times.length - 1 - i;
      Runner contender = contenders.get(index);
      if (mixed && (i == 0 || !team.equals(contender.team()))) {
        team = contender.team();
        settle(contender);
      }
      contender.run(); // not timed: brings its data into the cache, where a network leaves it
      long before = System.nanoTime();
      contender.run();
      times[index] = System.nanoTime() - before;
    }
    return times;
  }

  /** Lets threads of the one before fall asleep, and those that are needed now wake up. */
  private static void settle(Runner next) {
    try {
      Thread.sleep(SPINNING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    next.run();
  }

  /** Returns the number of rounds. */
  public int rounds() {
    return rounds.size();
  }

  /** Returns the median time of a contender in microseconds. */
  public double microseconds(int contender) {
    return quantile(times(contender), 0.5) / 1e3;
  }

  /** Returns the distance of a contender's quartiles as a share of its median. */
  public double spread(int contender) {
    long[] times = times(contender);
    return (quantile(times, 0.75) - quantile(times, 0.25)) / quantile(times, 0.5);
  }

  private long[] times(int contender) {
    return rounds.stream().mapToLong(round -> round[contender]).sorted().toArray();
  }

  /** Between two times of the sorted ones, in proportion. */
  private static double quantile(long[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
