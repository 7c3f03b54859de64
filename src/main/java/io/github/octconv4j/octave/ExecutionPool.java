package io.github.octconv4j.octave;

import java.util.concurrent.ArrayBlockingQueue;

/** Executions of a plan that wait for their next use, at most one for each processor. */
final class ExecutionPool implements AutoCloseable {
  private final OctavePlan plan;
  private final ArrayBlockingQueue<OctaveExecution> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
  private volatile boolean closed;

  ExecutionPool(OctavePlan plan) {
    this.plan = plan;
  }

  void run(OctaveTensor x, OctaveTensor y) {
    OctaveExecution execution = idle.poll();
    if (execution == null) {
      execution = plan.newExecution();
    }
    try {
      execution.run(x, y);
    } finally {
      if (closed || !idle.offer(execution)) {
        execution.close();
      } else if (closed) {
        close(); // closed while we offered
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (OctaveExecution e = idle.poll(); e != null; e = idle.poll()) {
      e.close();
    }
  }
}
