package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Tensor;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Runs an {@link OctavePlan}, one thread at a time. A run allocates nothing. It keeps its plan
 * alive until it is closed.
 */
public final class OctaveExecution implements AutoCloseable {
  private final OctavePlan plan;
  private final Execution execution;

  OctaveExecution(OctavePlan plan) {
    this.plan = plan;
    this.execution = plan.program().newExecution();
  }

  /**
   * Computes {@code y} from {@code x}, in place in the caller's memory.
   *
   * @param x of the descriptors {@link OctavePlan#input}
   * @param y of the descriptors {@link OctavePlan#output}, writable
   * @throws IllegalArgumentException if a descriptor differs
   * @throws IllegalStateException if this or the memory is closed, or another thread runs this
   */
  public void run(OctaveTensor x, OctaveTensor y) {
    bind("x", plan.inputOperand(), x);
    bind("y", plan.outputOperand(), y);
    execution.run();
  }

  /** Returns the median time of each step in nanoseconds; see {@link Execution#profile}. */
  public long[] profile(OctaveTensor x, OctaveTensor y, int runs) {
    bind("x", plan.inputOperand(), x);
    bind("y", plan.outputOperand(), y);
    return execution.profile(runs);
  }

  /** Runs once and writes plan, data and results to a file; see {@link Execution#export}. */
  public void export(OctaveTensor x, OctaveTensor y, OutputStream out) throws IOException {
    bind("x", plan.inputOperand(), x);
    bind("y", plan.outputOperand(), y);
    execution.export(out);
  }

  private void bind(String name, OctaveOperand operand, OctaveTensor tensor) {
    bind(name + " high", operand.high(), tensor.part(Frequency.HIGH));
    bind(name + " low", operand.low(), tensor.part(Frequency.LOW));
  }

  private void bind(String name, Operand operand, Tensor part) {
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
