package io.github.octconv4j.timing;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Entrants that run in turn, round after round, so that whatever else the machine does meets all of
 * them alike. Those that are ready at once take no more bytes than there are: where that is too
 * little for all, they run in heats, of which the fastest stays for the next one as long as there
 * is room for it. Not thread-safe.
 *
 * @param <E> the entrants
 */
public final class Tournament<E extends Tournament.Entrant> implements AutoCloseable {
  private final Rules rules;
  private final long bytes;
  private final Commons commons;
  private final ArrayList<E> ready = new ArrayList<>();

  /** What takes part. */
  public interface Entrant {
    /**
     * Gets ready to run.
     *
     * @param room most bytes that it may take
     * @return false if that is too little, and nothing was taken
     */
    boolean open(long room);

    /** Returns the bytes that it takes alone while it is ready. */
    long bytes();

    /** Runs, and remembers how long that took. */
    void time();

    /** Whether it has run, in this or an earlier heat. */
    boolean isTimed();

    /** Returns the nanoseconds of a run, of which fewer are better. */
    double nanos();

    /** Frees what it took; how fast it was stays known. Allocates nothing. */
    void close();
  }

  /**
   * What entrants that are ready share.
   *
   * @see #NONE
   */
  public interface Commons {
    /** Nothing. */
    Commons NONE =
        new Commons() {
          @Override
          public long bytes() {
            return 0;
          }

          @Override
          public void renew() {
            // there is nothing
          }
        };

    /** Returns the bytes that they take. */
    long bytes();

    /** Frees them: no entrant is ready. */
    void renew();
  }

  /**
   * How long a heat takes.
   *
   * @param fewest rounds, at least 1
   * @param most rounds
   * @param nanos after which there are no more rounds than {@code fewest}
   * @param early in rounds 2 and 3, who takes so many times as long as the best leaves the heat
   * @param late likewise in later rounds
   * @param atOnce most entrants that are ready at once, at least 2
   */
  public record Rules(int fewest, int most, long nanos, double early, double late, int atOnce) {
    private static final int EARLY_ROUNDS = 3;

    /** Rules by which any number of entrants is ready at once. */
    public Rules(int fewest, int most, long nanos, double early, double late) {
      this(fewest, most, nanos, early, late, Integer.MAX_VALUE);
    }

    /** Returns the same with another number of entrants that are ready at once. */
    public Rules atOnce(int number) {
      return new Rules(fewest, most, nanos, early, late, number);
    }

    /** Rules by which nobody leaves. */
    public static Rules forAll(int fewest, int most, long nanos) {
      return new Rules(fewest, most, nanos, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    private double margin(int round) {
      if (round == 0) {
        return Double.POSITIVE_INFINITY;
      }
      return round < EARLY_ROUNDS ? early : late;
    }
  }

  /**
   * Begins a tournament.
   *
   * @param bytes most that entrants and what they share may take at once
   * @param commons what they share
   */
  public Tournament(Rules rules, long bytes, Commons commons) {
    this.rules = Objects.requireNonNull(rules, "rules");
    this.bytes = bytes;
    this.commons = Objects.requireNonNull(commons, "commons");
  }

  /**
   * Makes an entrant ready beside the others. Where there is no room, those that are ready run, and
   * the slower ones are closed; and then the fastest too, whose time is known.
   *
   * @return whether it is ready; not if it would take too much all alone
   */
  public boolean enter(E entrant) {
    if (ready.contains(entrant) || open(entrant)) {
      return true;
    }
    if (ready.size() > 1) {
      race();
      keep(List.of(fastest(ready)));
      if (open(entrant)) {
        return true;
      }
    }
    if (ready.isEmpty() && commons.bytes() == 0) {
      return false;
    }
    race();
    closeAll();
    commons.renew();
    return open(entrant);
  }

  private boolean open(E entrant) {
    long taken = commons.bytes();
    for (E other : ready) {
      taken += other.bytes();
    }
    ready.ensureCapacity(ready.size() + 1);
    if (ready.size() >= rules.atOnce || taken >= bytes || !entrant.open(bytes - taken)) {
      return false;
    }
    ready.add(entrant);
    return true;
  }

  /** Closes an entrant if it is ready. */
  public void leave(E entrant) {
    int index = ready.indexOf(entrant);
    if (index >= 0) {
      leave(index);
    }
  }

  /** Closes all that are ready but some. */
  public void keep(List<E> some) {
    for (int i = ready.size() - 1; i >= 0; i--) {
      if (!some.contains(ready.get(i))) {
        leave(i);
      }
    }
  }

  private void leave(int index) {
    ready.remove(index).close();
  }

  /** Runs all that are ready, unless all of them have run; afterwards they are still ready. */
  public void race() {
    if (ready.stream().allMatch(Entrant::isTimed)) {
      return;
    }
    List<E> running = new ArrayList<>(ready);
    long end = System.nanoTime() + rules.nanos;
    for (int round = 0; round < rules.most; round++) {
      if (round >= rules.fewest && System.nanoTime() >= end) {
        return;
      }
      running.forEach(Entrant::time);
      double margin = rules.margin(round);
      if (margin < Double.POSITIVE_INFINITY) {
        double most = margin * fastest(running).nanos();
        running.removeIf(entrant -> entrant.nanos() > most);
      }
    }
  }

  /** Returns the fastest of some. */
  public static <E extends Entrant> E fastest(List<E> some) {
    E best = some.getFirst();
    for (E entrant : some) { // allocates little: the heap may be full
      best = entrant.nanos() < best.nanos() ? entrant : best;
    }
    return best;
  }

  /** Forgets an entrant that is ready, without closing it: it is the caller's. */
  public void release(E entrant) {
    ready.remove(entrant);
  }

  private void closeAll() {
    for (int i = ready.size() - 1; i >= 0; i--) { // allocates nothing: the heap may be full
      leave(i);
    }
  }

  /** Closes all that are ready. */
  @Override
  public void close() {
    closeAll();
  }
}
