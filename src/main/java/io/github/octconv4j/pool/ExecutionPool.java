package io.github.octconv4j.pool;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Executions, each for one thread at a time, that wait for their next use, at most one for each
 * processor. Thread-safe. Taking one that waits and giving it back allocate nothing.
 *
 * @param <E> the executions
 */
public final class ExecutionPool<E> implements AutoCloseable {
  private final Supplier<E> making;
  private final Consumer<E> closing;
  private final ArrayBlockingQueue<E> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean closed;

  /**
   * Makes a pool, still empty.
   *
   * @param making makes one more where none waits
   * @param closing frees one
   */
  public ExecutionPool(Supplier<E> making, Consumer<E> closing) {
    this.making = making;
    this.closing = closing;
  }

  /** Returns one that nobody else has until {@link #giveBack}. */
  public E take() {
    E one = idle.poll();
    if (one == null) {
      one = making.get();
      count.incrementAndGet();
    }
    return one;
  }

  /** Lets one wait, or frees it where enough wait or the pool is closed. */
  public void giveBack(E one) {
    if (closed || !idle.offer(one)) {
      count.decrementAndGet();
      closing.accept(one);
    } else if (closed) {
      close(); // closed while we offered
    }
  }

  /** Returns how many there are, waiting or in use. */
  public int count() {
    return count.get();
  }

  /** Frees those that wait, and others as they are given back. */
  @Override
  public void close() {
    closed = true;
    for (E one = idle.poll(); one != null; one = idle.poll()) {
      count.decrementAndGet();
      closing.accept(one);
    }
  }
}
