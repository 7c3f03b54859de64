package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs an {@link OctavePlan}, one thread at a time. A run allocates nothing. It keeps its plan
 * alive until it is closed.
 *
 * @since 0.1.0
 */
public final class OctaveExecution implements AutoCloseable {
  private final OctavePlan plan;
  private final Execution execution;
  private final AtomicBoolean running = new AtomicBoolean();

  OctaveExecution(OctavePlan plan, String name) {
    this.plan = plan;
    this.execution = plan.program().newExecution(name);
  }

  /**
   * Computes {@code y} from {@code x}, in place in the caller's memory.
   *
   * @param x of the descriptors {@link OctavePlan#input}
   * @param y of the descriptors {@link OctavePlan#output}, writable
   * @throws IllegalArgumentException if a descriptor differs, or memory of {@code y} overlaps other
   *     memory
   * @throws IllegalStateException if this or the memory is closed, or another thread runs this
   */
  public void run(OctaveTensor x, OctaveTensor y) {
    enter();
    try {
      bind("x", plan.inputOperand(), x);
      bind("y", plan.outputOperand(), y);
      execution.run();
    } finally {
      running.set(false);
    }
  }

  /** Returns the median time of each step in nanoseconds; see {@link Execution#profile}. */
  public long[] profile(OctaveTensor x, OctaveTensor y, int runs) {
    enter();
    try {
      bind("x", plan.inputOperand(), x);
      bind("y", plan.outputOperand(), y);
      return execution.profile(runs);
    } finally {
      running.set(false);
    }
  }

  /** From here on no other thread binds its tensors. */
  private void enter() {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this execution is in use by another thread; make one for each thread");
    }
  }

  /**
   * Forgets the tensors of the last run, which are kept reachable until then or until the next run.
   */
  public void unbind() {
    if (!execution.isClosed()) {
      execution.unbind();
    }
  }

  /** Runs once and writes plan, data and results to a file; see {@link Execution#export}. */
  public void export(OctaveTensor x, OctaveTensor y, OutputStream out) throws IOException {
    Objects.requireNonNull(out, "out");
    enter();
    try {
      bind("x", plan.inputOperand(), x);
      bind("y", plan.outputOperand(), y);
      execution.export(out);
    } finally {
      running.set(false);
    }
  }

  private void bind(String name, OctaveOperand operand, OctaveTensor tensor) {
    Objects.requireNonNull(tensor, name);
    bind(name + " high", operand.high(), tensor.part(Frequency.HIGH));
    bind(name + " low", operand.low(), tensor.part(Frequency.LOW));
  }

  private void bind(String name, @Nullable Operand operand, @Nullable Tensor part) {
    if ((operand == null) != (part == null)) {
      throw new IllegalArgumentException(
          "%s must be %s, was %s"
              .formatted(name, operand == null ? "absent" : operand.desc(), part));
    }
    if (operand != null) {
      execution.bind(operand, part);
    }
  }

  /** Frees working memory; a run that is under way on another thread ends undisturbed. */
  @Override
  public void close() {
    execution.close();
  }
}
