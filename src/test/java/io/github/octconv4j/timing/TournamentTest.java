package io.github.octconv4j.timing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.timing.Tournament.Commons;
import io.github.octconv4j.timing.Tournament.Rules;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Entrants with times of their own choice: who runs when, who stays, and how much memory it takes.
 */
class TournamentTest {
  private static final long LONG = 3_600_000_000_000L;
  private static final Rules THREE_ROUNDS = Rules.forAll(3, 3, LONG);

  private final List<String> log = new ArrayList<>();

  /** Takes {@code size} bytes and {@code speed} nanoseconds. */
  private final class Runner implements Tournament.Entrant {
    private final String name;
    private final long size;
    private final double speed;
    private int rounds;
    private boolean open;

    Runner(String name, long size, double speed) {
      this.name = name;
      this.size = size;
      this.speed = speed;
    }

    @Override
    public boolean open(long room) {
      assertThat(open).isFalse();
      open = size <= room;
      return open;
    }

    @Override
    public long bytes() {
      return size;
    }

    @Override
    public void time() {
      assertThat(open).isTrue();
      rounds++;
      log.add(name);
    }

    @Override
    public boolean isTimed() {
      return rounds > 0;
    }

    @Override
    public double nanos() {
      return rounds > 0 ? speed : Double.POSITIVE_INFINITY;
    }

    @Override
    public void close() {
      open = false;
      log.add("-" + name);
    }
  }

  private static Tournament<Runner> tournament(Rules rules, long bytes) {
    return new Tournament<>(rules, bytes, Commons.NONE);
  }

  @Test
  void allRunInTurn() {
    Runner a = new Runner("a", 1, 20);
    Runner b = new Runner("b", 1, 10);
    Tournament<Runner> tournament = tournament(THREE_ROUNDS, 10);
    assertThat(tournament.enter(a)).isTrue();
    assertThat(tournament.enter(b)).isTrue();
    tournament.race();
    assertThat(log).containsExactly("a", "b", "a", "b", "a", "b");
    assertThat(Tournament.fastest(List.of(a, b))).isSameAs(b);
    tournament.race(); // all have run
    assertThat(log).hasSize(6);
    tournament.close();
    assertThat(log).endsWith("-b", "-a");
  }

  @Test
  void theSlowLeaveTheHeatFromTheSecondRoundOn() {
    Runner fast = new Runner("fast", 1, 100);
    Runner near = new Runner("near", 1, 120);
    Runner slow = new Runner("slow", 1, 150);
    Tournament<Runner> tournament = tournament(new Rules(1, 5, LONG, 1.4, 1.1), 10);
    List.of(fast, near, slow).forEach(tournament::enter);
    tournament.race();
    assertThat(List.of(fast.rounds, near.rounds, slow.rounds)).containsExactly(5, 4, 2);
  }

  @Test
  void noTimeLeavesTheFewestRounds() {
    Runner a = new Runner("a", 1, 1);
    Tournament<Runner> tournament = tournament(Rules.forAll(2, 9, 0), 10);
    tournament.enter(a);
    tournament.race();
    assertThat(a.rounds).isEqualTo(2);
  }

  @Test
  void whereThereIsNoRoomTheFastestStaysForTheNextHeat() {
    Runner a = new Runner("a", 4, 30);
    Runner b = new Runner("b", 4, 20);
    Runner c = new Runner("c", 6, 10);
    Tournament<Runner> tournament = tournament(Rules.forAll(1, 1, 0), 11);
    tournament.enter(a);
    tournament.enter(b);
    assertThat(tournament.enter(c)).isTrue();
    assertThat(log).containsExactly("a", "b", "-a");
    tournament.race();
    assertThat(log).containsExactly("a", "b", "-a", "b", "c");
  }

  @Test
  void theFastestGoesTooWhereItLeavesNoRoom() {
    Runner a = new Runner("a", 4, 30);
    Runner b = new Runner("b", 4, 20);
    Runner large = new Runner("large", 10, 10);
    Runner huge = new Runner("huge", 12, 1);
    Tournament<Runner> tournament = tournament(Rules.forAll(1, 1, 0), 11);
    tournament.enter(a);
    tournament.enter(b);
    assertThat(tournament.enter(large)).isTrue();
    assertThat(log).containsExactly("a", "b", "-a", "-b");
    assertThat(tournament.enter(huge)).isFalse();
    assertThat(huge.isTimed()).isFalse();
    assertThat(large.isTimed()).isTrue();
  }

  @Test
  void whatIsSharedCountsAndIsRenewedWithTheHeat() {
    long[] shared = {0};
    Commons commons =
        new Commons() {
          @Override
          public long bytes() {
            return shared[0];
          }

          @Override
          public void renew() {
            shared[0] = 0;
            log.add("renewed");
          }
        };
    Runner a = new Runner("a", 4, 30);
    Runner b = new Runner("b", 4, 20);
    Tournament<Runner> tournament = new Tournament<>(Rules.forAll(1, 1, 0), 10, commons);
    tournament.enter(a);
    shared[0] = 5;
    assertThat(tournament.enter(b)).isTrue();
    assertThat(log).containsExactly("a", "-a", "renewed");
  }

  @Test
  void whoIsReleasedIsNotClosed() {
    Runner a = new Runner("a", 1, 1);
    Runner b = new Runner("b", 1, 1);
    Tournament<Runner> tournament = tournament(THREE_ROUNDS, 10);
    tournament.enter(a);
    tournament.enter(b);
    tournament.release(a);
    tournament.leave(b);
    tournament.leave(b);
    tournament.close();
    assertThat(log).containsExactly("-b");
  }
}
