package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.plan.CompiledLayer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
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
  private final CompiledLayer compiled;
  private final Execution execution;
  private final AtomicBoolean running = new AtomicBoolean();

  OctaveExecution(CompiledLayer compiled) {
    this.compiled = compiled;
    this.execution = compiled.program().newExecution(compiled.name());
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
    begin(x, y);
    try {
      execution.run();
    } finally {
      running.set(false);
    }
  }

  /** Returns the median time of each step in nanoseconds; see {@link Execution#profile}. */
  public long[] profile(OctaveTensor x, OctaveTensor y, int runs) {
    begin(x, y);
    try {
      return execution.profile(runs);
    } finally {
      running.set(false);
    }
  }

  /** Binds the tensors; no other thread binds its own until {@code running} is reset. */
  private void begin(OctaveTensor x, OctaveTensor y) {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this execution is in use by another thread; make one for each thread");
    }
    try {
      bind("x", compiled.input(), x);
      bind("y", compiled.output(), y);
    } catch (RuntimeException | Error e) {
      running.set(false);
      throw e;
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
    begin(x, y);
    try {
      execution.export(out);
    } finally {
      running.set(false);
    }
  }

  private void bind(String name, CompiledLayer.Ends operands, OctaveTensor tensor) {
    Objects.requireNonNull(tensor, name);
    bind(name, Frequency.HIGH, operands.high(), tensor);
    bind(name, Frequency.LOW, operands.low(), tensor);
  }

  private void bind(
      String name, Frequency frequency, @Nullable Operand operand, OctaveTensor tensor) {
    Tensor part = tensor.part(frequency);
    if ((operand == null) != (part == null)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %s must be %s, was %s",
              name,
              frequency.name().toLowerCase(Locale.ROOT),
              operand == null ? "absent" : operand.desc(),
              part));
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
