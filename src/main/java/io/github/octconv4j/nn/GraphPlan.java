package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.octave.Plan;
import io.github.octconv4j.pool.ExecutionPool;
import java.util.function.Consumer;

/** A graph compiled for sizes, with executions that wait for their next use. Thread-safe. */
final class GraphPlan implements Plan {
  private final CompiledGraph compiled;
  private final ExecutionPool<GraphExecution> pool;

  GraphPlan(CompiledGraph compiled, String name) {
    this.compiled = compiled;
    this.pool = new ExecutionPool<>(() -> compiled.newExecution(name), GraphExecution::close);
  }

  CompiledGraph compiled() {
    return compiled;
  }

  /** Uses an execution that no other thread has meanwhile. */
  void with(Consumer<GraphExecution> task) {
    GraphExecution execution = pool.take();
    try {
      task.accept(execution);
    } finally {
      pool.giveBack(execution);
    }
  }

  @Override
  public long bytes() {
    return pool.count() * compiled.program().temporaryBytes();
  }

  /** Nobody uses it any more: whoever has a lease keeps it open. */
  @Override
  public void close() {
    pool.close();
    compiled.close();
  }
}
