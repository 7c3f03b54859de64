package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.octave.Plan;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A graph compiled for sizes, with executions that wait for their next use. Thread-safe. */
final class GraphPlan implements Plan {
  private final CompiledGraph compiled;
  private final String name;
  private final ArrayBlockingQueue<GraphExecution> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
  private final AtomicInteger count = new AtomicInteger();

  GraphPlan(CompiledGraph compiled, String name) {
    this.compiled = compiled;
    this.name = name;
  }

  CompiledGraph compiled() {
    return compiled;
  }

  /** Uses an execution that no other thread has meanwhile. */
  void with(Consumer<GraphExecution> task) {
    GraphExecution execution = idle.poll();
    if (execution == null) {
      execution = compiled.newExecution(name);
      count.incrementAndGet();
    }
    try {
      task.accept(execution);
    } finally {
      if (!idle.offer(execution)) {
        count.decrementAndGet();
        execution.close();
      }
    }
  }

  @Override
  public long bytes() {
    return count.get() * compiled.program().temporaryBytes();
  }

  /** Nobody uses it any more: whoever has a lease keeps it open. */
  @Override
  public void close() {
    for (GraphExecution e = idle.poll(); e != null; e = idle.poll()) {
      e.close();
    }
    compiled.close();
  }
}
