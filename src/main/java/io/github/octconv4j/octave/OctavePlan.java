package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.pool.ExecutionPool;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A compiled octave convolution for one size of image: primitives and reordered weights. Immutable;
 * any number of threads may share it, each with an {@link OctaveExecution}.
 *
 * @since 0.1.0
 */
public final class OctavePlan implements Plan {
  private final String name;
  private final Formulation formulation;
  private final Program program;
  private final Ends input;
  private final Ends output;
  private final ExecutionPool<OctaveExecution> pool =
      new ExecutionPool<>(this::newExecution, OctaveExecution::close);

  /** The caller's data of both frequencies, in layouts of the caller's. */
  record Ends(@Nullable Operand high, @Nullable Operand low) {
    private OctaveDesc desc() {
      return new OctaveDesc(high == null ? null : high.desc(), low == null ? null : low.desc());
    }
  }

  private OctavePlan(
      String name, Formulation formulation, Program program, Ends input, Ends output) {
    this.name = name;
    this.formulation = formulation;
    this.program = program;
    this.input = input;
    this.output = output;
  }

  /** Builds a plan without an activation, see the other one. */
  static OctavePlan build(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options,
      Formulation formulation) {
    return build(engine, spec, weights, Activation.NONE, input, output, options, formulation);
  }

  /**
   * Builds a plan.
   *
   * @param activation applied to both outputs
   * @param input descriptors of the data that will be given; {@code any} leaves layout and type to
   *     the plan
   * @param output layout and type of the results
   */
  static OctavePlan build(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      Activation activation,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options,
      Formulation formulation) {
    OctaveShape shape = input.shape(spec);
    OctaveShape outShape = spec.outputShape(shape);
    Layout layout = formulation.layout();
    try (ProgramBuilder program =
        new ProgramBuilder(
            engine,
            Formulations.primitiveThreads(formulation, options.threads()),
            options.memoryLimit())) {
      OctaveProgramBuilder builder = new OctaveProgramBuilder(program, options);
      Ends given =
          new Ends(
              input(program, "x_h", input.high(), layout, options),
              input(program, "x_l", input.low(), layout, options));
      Operand yh = output(program, "y_h", spec, Frequency.HIGH, outShape, output, layout, options);
      Operand yl = output(program, "y_l", spec, Frequency.LOW, outShape, output, layout, options);
      Edges edges = new Edges(builder);
      OctaveOperand x = edges.input(spec.in(), shape, layout, given.high(), given.low());
      OctaveOperand y = edges.output(spec.out(), outShape, layout, yh, yl);
      builder.convolution("octave", spec, weights, x, y, false, activation, formulation);
      edges.copyOut(y, yh, yl);
      return new OctavePlan(name(spec), formulation, program.build(), given, new Ends(yh, yl));
    }
  }

  /** For instance {@code octave 3x3 32+32>64+64}. */
  private static String name(OctaveConv2d spec) {
    return String.format(
        Locale.ROOT,
        "octave %dx%d %d+%d>%d+%d",
        spec.kernelHeight(),
        spec.kernelWidth(),
        spec.in().high(),
        spec.in().low(),
        spec.out().high(),
        spec.out().low());
  }

  private static @Nullable Operand input(
      ProgramBuilder program,
      String name,
      @Nullable MemoryDesc desc,
      Layout layout,
      PlanOptions options) {
    if (desc == null) {
      return null;
    }
    return program.input(name, desc.isAny() ? layout.desc(options.type(), desc.dims()) : desc);
  }

  private static @Nullable Operand output(
      ProgramBuilder program,
      String name,
      OctaveConv2d spec,
      Frequency frequency,
      OctaveShape shape,
      OutputFormat format,
      Layout layout,
      PlanOptions options) {
    int channels = spec.out().of(frequency);
    if (channels == 0) {
      return null;
    }
    long[] dims = shape.dims(frequency, channels);
    return program.output(
        name,
        format.layout() == FormatTag.ANY
            ? layout.desc(options.type(), dims)
            : MemoryDesc.of(format.type(), format.layout(), dims));
  }

  /** Returns how the plan is put together. */
  public Formulation formulation() {
    return formulation;
  }

  /** Returns memories and working memory for one thread at a time; the caller closes it. */
  public OctaveExecution newExecution() {
    return new OctaveExecution(this, name);
  }

  /** Returns an execution whose runs only measure the plan, and say so in flight recordings. */
  OctaveExecution newTrial() {
    return new OctaveExecution(this, "trial of " + name);
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
    return input.desc();
  }

  /** Returns the descriptors of the output. */
  public OctaveDesc output() {
    return output.desc();
  }

  /** Returns what the plan runs, in order. */
  public List<StepInfo> steps() {
    return program.steps();
  }

  /** Returns the multiply-adds of one run. */
  public long multiplyAdds() {
    return program.multiplyAdds();
  }

  /**
   * Returns the bytes of input and output, and of what one run keeps between them, which shares
   * memory.
   */
  public long activationBytes() {
    return input().bytes() + output().bytes() + program.activationBytes();
  }

  /**
   * Returns the bytes of weights, which exist once, and of the working memory of one execution, or
   * of all those that {@link OctaveLayer} has made for threads that ran it at once.
   */
  @Override
  public long bytes() {
    return program.constantBytes() + Math.max(1, pool.count()) * program.temporaryBytes();
  }

  /** Frees the plan once the last execution that uses it is closed. */
  @Override
  public void close() {
    pool.close();
    program.close();
  }

  Program program() {
    return program;
  }

  Ends inputOperands() {
    return input;
  }

  Ends outputOperands() {
    return output;
  }
}
