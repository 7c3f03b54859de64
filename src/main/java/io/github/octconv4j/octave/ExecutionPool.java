package io.github.octconv4j.octave;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Executions of a plan that wait for their next use, at most one for each processor. */
final class ExecutionPool implements AutoCloseable {
  private final OctavePlan plan;
  private final ArrayBlockingQueue<OctaveExecution> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean closed;

  ExecutionPool(OctavePlan plan) {
    this.plan = plan;
  }

  void run(OctaveTensor x, OctaveTensor y) {
    OctaveExecution execution = idle.poll();
    if (execution == null) {
      execution = plan.newExecution();
      count.incrementAndGet();
    }
    try {
      execution.run(x, y);
    } finally {
      execution.unbind(); // an idle execution must not keep the caller's memory alive
      if (closed || !idle.offer(execution)) {
        count.decrementAndGet();
        execution.close();
      } else if (closed) {
        close(); // closed while we offered
      }
    }
  }

  /** How many executions there are, idle or running. */
  int count() {
    return count.get();
  }

  @Override
  public void close() {
    closed = true;
    for (OctaveExecution e = idle.poll(); e != null; e = idle.poll()) {
      count.decrementAndGet();
      e.close();
    }
  }
}
