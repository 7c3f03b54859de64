package io.github.octconv4j.serving;

import static io.github.octconv4j.serving.NetworkReferenceTest.expected;
import static io.github.octconv4j.serving.NetworkReferenceTest.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.nn.RunRejectedException;
import io.github.octconv4j.nn.RunRejectedException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that are collected. */
@Timeout(120)
class BatcherTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static NetworkReference single() {
    return new NetworkReference(NetworkReferenceTest.network(0, 1));
  }

  /** Holds the only turn of a network, so that nothing of it runs. */
  private static final class Block {
    private final CountDownLatch taken = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;

    Block(NetworkReference reference) throws InterruptedException {
      thread =
          Thread.ofPlatform().start(() -> reference.use(network -> network.use(1, this::keep)));
      taken.await();
    }

    private int keep(Predictor predictor) {
      taken.countDown();
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return 0;
    }

    void end() throws InterruptedException {
      end.countDown();
      thread.join();
    }
  }

  private static void assertResult(CompletableFuture<float[]> result, float[] alone)
      throws ExecutionException, InterruptedException {
    float[] got = result.get();
    assertThat(got).hasSize(alone.length);
    for (int i = 0; i < alone.length; i++) {
      assertThat(got[i]).isCloseTo(alone[i], within(1e-4f));
    }
  }

  private static long runs(NetworkReference reference) {
    return reference.use(network -> network.metrics().running().count());
  }

  /** A full batch does not wait for its delay, and is one run. */
  @Test
  void aFullBatchBeginsAtOnce() throws Exception {
    List<float[]> alone = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      alone.add(expected(0, i));
    }
    try (NetworkReference reference = single();
        Batcher batcher = new Batcher(reference, new BatchOptions(4, LONG, 4))) {
      List<CompletableFuture<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(batcher.submit(image(i)));
      }
      for (int i = 0; i < 4; i++) {
        assertResult(results.get(i), alone.get(i));
      }
      assertThat(runs(reference)).isEqualTo(1);
      assertThat(batcher.waiting()).isZero();
    }
  }

  /** Seven requests become runs of 4, 2 and 1 images: plans for few sizes. */
  @Test
  void whatIsLeftOverIsTheNextBatch() throws Exception {
    try (NetworkReference reference = single();
        Batcher batcher = new Batcher(reference, new BatchOptions(8, Duration.ofMillis(300), 8))) {
      List<CompletableFuture<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        results.add(batcher.submit(image(i)));
      }
      for (int i = 0; i < 7; i++) {
        assertResult(results.get(i), expected(0, i));
      }
      assertThat(runs(reference)).isEqualTo(3);
      long plans = reference.use(network -> network.statistics().misses());
      assertThat(plans).isEqualTo(3);
    }
  }

  @Test
  void moreThanMayWaitAreRejected() throws Exception {
    try (NetworkReference reference = single();
        Batcher batcher = new Batcher(reference, new BatchOptions(1, Duration.ZERO, 2))) {
      Block block = new Block(reference);
      CompletableFuture<float[]> running = batcher.submit(image(0));
      while (batcher.waiting() > 0) {
        Thread.onSpinWait(); // until it waits for its turn
      }
      CompletableFuture<float[]> second = batcher.submit(image(1));
      CompletableFuture<float[]> third = batcher.submit(image(2));
      assertThatThrownBy(() -> batcher.submit(image(3)))
          .isInstanceOfSatisfying(
              RunRejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.QUEUE_FULL))
          .hasMessageContaining("2 requests wait");
      third.cancel(false); // makes room
      CompletableFuture<float[]> fourth = batcher.submit(image(3));
      block.end();
      assertResult(running, expected(0, 0));
      assertResult(second, expected(0, 1));
      assertResult(fourth, expected(0, 3));
      assertThat(third.isCancelled()).isTrue();
      assertThat(runs(reference)).as("and the block").isEqualTo(4);
    }
  }

  @Test
  void deadlinesEndWhatHasNotBegun() throws Exception {
    try (NetworkReference reference = single();
        Batcher batcher = new Batcher(reference, new BatchOptions(1, Duration.ZERO, 9))) {
      Block block = new Block(reference);
      CompletableFuture<float[]> running = batcher.submit(image(0), LONG);
      while (batcher.waiting() > 0) {
        Thread.onSpinWait();
      }
      CompletableFuture<float[]> late = batcher.submit(image(1), Duration.ofMillis(1));
      CompletableFuture<float[]> patient = batcher.submit(image(2), LONG);
      Thread.sleep(5);
      block.end();
      assertThatThrownBy(late::get)
          .hasCauseInstanceOf(RunRejectedException.class)
          .hasMessageContaining("did not begin within PT0.001S");
      assertResult(running, expected(0, 0));
      assertResult(patient, expected(0, 2));
    }
  }

  @Test
  void whatWaitsIsRunBeforeItCloses() throws Exception {
    try (NetworkReference reference = single()) {
      Batcher batcher = new Batcher(reference, new BatchOptions(8, LONG, 8));
      CompletableFuture<float[]> waiting = batcher.submit(image(0));
      batcher.close();
      assertResult(waiting, expected(0, 0));
      assertThatThrownBy(() -> batcher.submit(image(0)))
          .isInstanceOfSatisfying(
              RunRejectedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
    }
  }

  @Test
  void whatARunThrowsReachesAllOfTheBatch() throws Exception {
    NetworkReference reference = single();
    try (Batcher batcher = new Batcher(reference, new BatchOptions(2, LONG, 2))) {
      CompletableFuture<float[]> first = batcher.submit(image(0));
      reference.close();
      batcher.close(); // begins
      assertThatThrownBy(first::get).hasRootCauseMessage("NetworkReference is closed");
    }
  }

  @Test
  void argumentsAreChecked() {
    try (NetworkReference reference = single();
        Batcher batcher = new Batcher(reference, BatchOptions.of(4))) {
      assertThatThrownBy(() -> batcher.submit(new float[7]))
          .hasMessage("image must have 192 values, had 7");
      assertThatThrownBy(() -> batcher.submit(image(0), Duration.ofMillis(-1)))
          .hasMessage("patience must not be negative, was PT-0.001S");
      assertThatThrownBy(() -> BatchOptions.of(0)).hasMessage("most must be 1 to 1024, was 0");
      assertThatThrownBy(() -> new BatchOptions(4, Duration.ZERO, 3))
          .hasMessage("capacity must be at least 4, was 3");
      assertThatThrownBy(() -> new BatchOptions(4, Duration.ofHours(1), 4))
          .hasMessage("delay must be zero to a minute, was PT1H");
    }
  }
}
