package io.github.octconv4j.serving;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.nn.RunRejectedException;
import io.github.octconv4j.nn.RunRejectedException.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Collects images that arrive one by one and runs several at once, where that is faster for each:
 * docs/serving.md says where. As many threads collect as the network runs at once; each ends after
 * a second without requests. Batches have 1, 2, 4, ... images, so that few plans are needed; what
 * is left over is the next batch. Thread-safe.
 *
 * <p>A request whose future is cancelled, or whose deadline passes, before its batch begins is not
 * run. A deadline is looked at when a batch could begin, so that a future may end later than its
 * deadline by one run. Futures end on a collecting thread: what depends on one should take another
 * thread for long work.
 *
 * @since 0.1.0
 */
public final class Batcher implements AutoCloseable {
  private static final long LINGER_NANOS = 1_000_000_000;
  private static final long NEVER = Long.MAX_VALUE;

  private final NetworkReference network;
  private final BatchOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition(); // the queue, or closed
  private final ArrayDeque<Request> queue = new ArrayDeque<>(); // guarded by lock
  private int threads; // that collect; guarded by lock
  private int idle; // of these, those that wait for requests; guarded by lock
  private boolean closed; // guarded by lock

  /** An image that waits. */
  private static final class Request {
    private final float[] image;
    private final long arrived = System.nanoTime();
    private final long patience; // in nanoseconds
    private final CompletableFuture<float[]> result = new CompletableFuture<>();

    Request(float[] image, long patience) {
      this.image = image;
      this.patience = patience;
    }

    boolean isLate(long now) {
      return patience != NEVER && now - arrived > patience;
    }
  }

  /**
   * Makes a batcher of whatever network the reference holds when a batch begins; the reference
   * stays the caller's.
   */
  public Batcher(NetworkReference network, BatchOptions options) {
    this.network = Objects.requireNonNull(network, "network");
    this.options = Objects.requireNonNull(options, "options");
  }

  /**
   * Asks for a run on an image, which may wait for as long as it takes.
   *
   * @param image normalised, (c, h, w) row by row; copied
   * @return the network's results for it, (classes); cancelling it takes the request back if its
   *     batch has not begun. It ends with what a run throws
   * @throws RunRejectedException if as many requests wait as may, or the batcher is closed
   * @throws IllegalArgumentException if the image is not of the network's size
   */
  public CompletableFuture<float[]> submit(float[] image) {
    return submit(image, NEVER);
  }

  /**
   * Asks for a run on an image, as {@link #submit(float[])} does, that must begin in time.
   *
   * @param patience after which the future ends with a {@link RunRejectedException}, {@link
   *     Reason#DEADLINE}, unless its batch has begun; not negative
   */
  public CompletableFuture<float[]> submit(float[] image, Duration patience) {
    Objects.requireNonNull(patience, "patience");
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience must not be negative, was " + patience);
    }
    boolean endless = patience.compareTo(Duration.ofDays(1)) > 0;
    return submit(image, endless ? NEVER : patience.toNanos());
  }

  private CompletableFuture<float[]> submit(float[] image, long patience) {
    Objects.requireNonNull(image, "image");
    int most;
    int values;
    try (NetworkReference.Lease lease = network.lease()) {
      values = values(lease.network().info());
      most = lease.network().options().runsAtOnce();
    }
    if (image.length != values) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "image must have %d values, had %d", values, image.length));
    }
    Request request = new Request(image.clone(), patience);
    lock.lock();
    try {
      if (closed) {
        throw new RunRejectedException(Reason.CLOSED, "the batcher is closed");
      }
      if (queue.size() >= options.capacity()) {
        queue.removeIf(waiting -> waiting.result.isDone()); // cancelled
      }
      if (queue.size() >= options.capacity()) {
        throw new RunRejectedException(
            Reason.QUEUE_FULL,
            String.format(
                Locale.ROOT,
                "%d requests wait, which is the capacity; ask again later",
                queue.size()));
      }
      if (idle == 0 && threads < most) {
        start();
      }
      queue.addLast(request);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return request.result;
  }

  /** Begins one more collecting thread, which need not be where there are others. */
  private void start() {
    try {
      Thread.ofPlatform()
          .daemon()
          .inheritInheritableThreadLocals(false)
          .name("octconv4j-batcher")
          .start(this::collect);
      threads++;
    } catch (OutOfMemoryError e) { // the system gives no thread
      if (threads == 0) {
        throw e;
      }
    }
  }

  /** Returns how many requests wait. */
  public int waiting() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  private void collect() {
    for (List<Request> batch = next(); batch != null; batch = next()) {
      try {
        run(batch);
      } catch (Throwable e) { // which each of them learns
        batch.forEach(request -> request.result.completeExceptionally(e));
      }
    }
  }

  /** Waits for a batch; null where the thread is to end. */
  private @Nullable List<Request> next() {
    lock.lock();
    try {
      long idleSince = System.nanoTime();
      while (true) {
        long now = System.nanoTime();
        dropUseless(now);
        long left;
        if (queue.isEmpty()) {
          left = LINGER_NANOS - (now - idleSince);
          if (closed || left <= 0) {
            threads--;
            return null;
          }
        } else {
          left = options.delay().toNanos() - (now - queue.getFirst().arrived);
          if (closed || left <= 0 || queue.size() >= options.most()) {
            return take();
          }
        }
        idle++;
        try {
          changed.awaitNanos(left);
        } catch (InterruptedException e) {
          // nobody has a reason to interrupt it, and it must go on
        } finally {
          idle--;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** As many as there is a plan for: the largest power of two, or the most that there may be. */
  private List<Request> take() {
    int count = Math.min(queue.size(), options.most());
    if (count < options.most()) {
      count = Integer.highestOneBit(count);
    }
    List<Request> batch = new ArrayList<>(count);
    while (batch.size() < count) {
      batch.add(queue.removeFirst());
    }
    return batch;
  }

  /** Forgets what was cancelled, and ends what has waited too long. */
  private void dropUseless(long now) {
    queue.removeIf(
        request -> {
          if (request.isLate(now)) {
            request.result.completeExceptionally(
                new RunRejectedException(
                    Reason.DEADLINE,
                    String.format(
                        Locale.ROOT,
                        "its batch did not begin within %s; ask again later, or for more patience",
                        Duration.ofNanos(request.patience))));
          }
          return request.result.isDone();
        });
  }

  private void run(List<Request> batch) {
    float[] results =
        network.use(held -> held.use(batch.size(), predictor -> run(held, predictor, batch)));
    int each = results.length / batch.size();
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).result.complete(Arrays.copyOfRange(results, i * each, (i + 1) * each));
    }
  }

  private static float[] run(Network held, Predictor predictor, List<Request> batch) {
    int values = values(held.info());
    float[] images = new float[values * batch.size()];
    for (int i = 0; i < batch.size(); i++) {
      float[] image = batch.get(i).image;
      if (image.length != values) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the network was replaced by one whose images have %d values, this one has %d",
                values,
                image.length));
      }
      System.arraycopy(image, 0, images, i * values, values);
    }
    return predictor.run(images);
  }

  private static int values(NetworkInfo info) {
    return info.channels() * info.height() * info.width();
  }

  /** Runs what waits and refuses new requests; returns at once. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
