package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.octave.plan.CompiledLayer;
import io.github.octconv4j.pool.ExecutionPool;
import java.util.List;

/**
 * A compiled octave convolution for one size of image: primitives and reordered weights. Immutable;
 * any number of threads may share it, each with an {@link OctaveExecution}.
 *
 * @since 0.1.0
 */
public final class OctavePlan implements AutoCloseable {
  private final CompiledLayer compiled;
  private final ExecutionPool<OctaveExecution> pool =
      new ExecutionPool<>(this::newExecution, OctaveExecution::close);

  /** Takes over what was compiled. */
  OctavePlan(CompiledLayer compiled) {
    this.compiled = compiled;
  }

  /**
   * Returns how the plan is put together from oneDNN's primitives, as text, for instance {@code
   * nhwc, sum on_resampling, threads rows, bands of 7 rows}. All formulations of a convolution give
   * the same numbers but for rounding; different ones have different texts.
   */
  public String formulation() {
    return compiled.formulation().toString();
  }

  /** Returns memories and working memory for one thread at a time; the caller closes it. */
  public OctaveExecution newExecution() {
    return new OctaveExecution(compiled);
  }

  /** Runs with an execution from a small pool; any thread may call. */
  void run(OctaveTensor x, OctaveTensor y) {
    OctaveExecution execution = pool.take();
    try {
      execution.run(x, y);
    } finally {
      execution.unbind(); // one that waits must not keep the caller's memory alive
      pool.giveBack(execution);
    }
  }

  /** Returns the descriptors of the input. */
  public OctaveDesc input() {
    return compiled.input().desc();
  }

  /** Returns the descriptors of the output. */
  public OctaveDesc output() {
    return compiled.output().desc();
  }

  /** Returns what the plan runs, in order. */
  public List<StepInfo> steps() {
    return compiled.program().steps();
  }

  /** Returns the multiply-adds of one run. */
  public long multiplyAdds() {
    return compiled.program().multiplyAdds();
  }

  /**
   * Returns the bytes of input and output, and of what one run keeps between them, which shares
   * memory.
   */
  public long activationBytes() {
    return input().bytes() + output().bytes() + compiled.program().activationBytes();
  }

  /**
   * Returns the bytes of weights, which exist once, and of the working memory of one execution, or
   * of all those that {@link OctaveLayer} has made for threads that ran it at once.
   */
  public long bytes() {
    return compiled.bytes(Math.max(1, pool.count()));
  }

  /** Frees the plan once the last execution that uses it is closed. */
  @Override
  public void close() {
    pool.close();
    compiled.close();
  }
}
