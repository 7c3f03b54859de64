package io.github.octconv4j.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is taken from a pool is one's own, and all that was made is closed once. */
class ExecutionPoolTest {
  private final AtomicInteger made = new AtomicInteger();
  private final List<Integer> closed = new ArrayList<>();
  private final ExecutionPool<Integer> pool =
      new ExecutionPool<>(made::getAndIncrement, closed::add);

  @Test
  void oneThatWaitsIsTakenAgain() {
    assertThat(pool.take()).isZero();
    assertThat(pool.take()).isEqualTo(1);
    pool.giveBack(0);
    assertThat(pool.take()).isZero();
    assertThat(pool.count()).isEqualTo(2);
    assertThat(closed).isEmpty();
  }

  @Test
  void noMoreWaitThanThereAreProcessors() {
    int processors = Runtime.getRuntime().availableProcessors();
    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < processors + 2; i++) {
      taken.add(pool.take());
    }
    taken.forEach(pool::giveBack);
    assertThat(closed).containsExactly(processors, processors + 1);
    assertThat(pool.count()).isEqualTo(processors);
  }

  @Test
  void afterClosingWhatComesBackIsClosed() {
    Integer used = pool.take();
    Integer waiting = pool.take();
    pool.giveBack(waiting);
    pool.close();
    assertThat(closed).containsExactly(waiting);
    pool.giveBack(used);
    assertThat(closed).containsExactly(waiting, used);
    assertThat(pool.count()).isZero();
  }

  @Test
  void whatCouldNotBeMadeDoesNotCount() {
    ExecutionPool<Integer> broken =
        new ExecutionPool<>(
            () -> {
              throw new IllegalStateException("no memory");
            },
            closed::add);
    assertThatThrownBy(broken::take).hasMessage("no memory");
    assertThat(broken.count()).isZero();
  }
}
