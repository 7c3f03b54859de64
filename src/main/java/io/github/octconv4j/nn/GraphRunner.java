package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.octave.plan.PlanCache;
import java.util.function.Consumer;

/** An execution of a graph's plan, which it keeps alive. For one thread at a time. */
final class GraphRunner implements IdleRunners.Runner {
  private final PlanCache<CompiledGraph>.Lease lease;
  private final GraphExecution execution;

  /** Takes over the lease. */
  GraphRunner(PlanCache<CompiledGraph>.Lease lease, String name) {
    this.lease = lease;
    try {
      this.execution = compiled().newExecution(name);
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  CompiledGraph compiled() {
    return lease.plan();
  }

  void run(Consumer<GraphExecution> task) {
    task.accept(execution);
    lease.countRun();
  }

  @Override
  public long bytes() {
    return lease.plan().bytes();
  }

  @Override
  public void close() {
    execution.close();
    lease.close();
  }
}
