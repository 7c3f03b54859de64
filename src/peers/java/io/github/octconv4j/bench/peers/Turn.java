package io.github.octconv4j.bench.peers;

import io.github.octconv4j.timing.Race;
import io.github.octconv4j.timing.Runner;
import java.util.List;

/** A contender in a race. With several threads each library has a team of its own. */
record Turn(Contender contender, int threads) implements Runner {
  /** Races contenders; {@code runs} is that of {@link Race#of}. */
  static Race race(List<Contender> contenders, int threads, int runs) {
    return Race.of(
        contenders.stream().map(contender -> new Turn(contender, threads)).toList(), runs);
  }

  @Override
  public void run() {
    contender.run();
  }

  @Override
  public String team() {
    return threads == 1 ? "" : contender.library() + " " + contender.dtype();
  }
}
