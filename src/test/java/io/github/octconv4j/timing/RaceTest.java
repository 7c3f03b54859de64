package io.github.octconv4j.timing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class RaceTest {
  private final List<String> runs = new ArrayList<>();

  /** Takes long enough that warming up is not millions of rounds. */
  private Runner runner(String name, String team) {
    return new Runner() {
      @Override
      public void run() {
        runs.add(name);
        LockSupport.parkNanos(200_000);
      }

      @Override
      public String team() {
        return team;
      }
    };
  }

  private String last(int count) {
    return String.join("", runs.subList(runs.size() - count, runs.size()));
  }

  @Test
  void eachRunsTwiceAndEverySecondRoundGoesBackwards() {
    Race race = Race.of(List.of(runner("a", ""), runner("b", "")), 3);
    assertThat(race.rounds()).isEqualTo(3);
    assertThat(last(12)).isEqualTo("aabb" + "bbaa" + "aabb");
    for (int contender = 0; contender < 2; contender++) {
      assertThat(race.microseconds(contender)).isBetween(150., 1e6); // 200 and the waking
      assertThat(race.spread(contender)).isNotNegative();
    }
  }

  @Test
  void whereTeamsChangeTheNextRunsOnceMoreToWakeUp() {
    Race race = Race.of(List.of(runner("a", ""), runner("b", Runner.OPENMP)), 2);
    assertThat(race.rounds()).isEqualTo(2);
    assertThat(last(12)).isEqualTo("aaabbb" + "bbbaaa");
  }
}
