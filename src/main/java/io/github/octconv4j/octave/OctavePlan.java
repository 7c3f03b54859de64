package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.StepInfo;
import java.util.List;

/**
 * A compiled octave convolution for one size of image: primitives and reordered weights. Immutable;
 * any number of threads may share it, each with an {@link OctaveExecution}.
 */
public final class OctavePlan implements Plan {
  private final Program program;
  private final OctaveOperand input;
  private final OctaveOperand output;
  private final ExecutionPool pool = new ExecutionPool(this);

  private OctavePlan(Program program, OctaveOperand input, OctaveOperand output) {
    this.program = program;
    this.input = input;
    this.output = output;
  }

  /**
   * Builds a plan.
   *
   * @param input descriptors of the data that will be given, in any layout; NHWC of the options'
   *     type is used in place
   * @param output layout and type of the results that are wanted; dimensions follow from the input
   */
  static OctavePlan build(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options) {
    OctaveShape shape = input.shape(spec);
    OctaveShape outShape = OctaveProgramBuilder.outputShape(spec, shape);
    try (ProgramBuilder program = new ProgramBuilder(engine, options.threads())) {
      OctaveProgramBuilder builder = new OctaveProgramBuilder(program, options);
      Operand xh = input(program, "x_h", input.high());
      Operand xl = input(program, "x_l", input.low());
      Operand yh = output(program, "y_h", spec, Frequency.HIGH, outShape, output);
      Operand yl = output(program, "y_l", spec, Frequency.LOW, outShape, output);
      OctaveOperand y =
          new OctaveOperand(outShape, internal(builder, yh), internal(builder, yl));
      builder.convolution(
          "octave",
          spec,
          weights,
          new OctaveOperand(
              shape,
              xh == null ? null : builder.toInternal(xh),
              xl == null ? null : builder.toInternal(xl)),
          y,
          false,
          Activation.NONE);
      copyOut(builder, y.high(), yh);
      copyOut(builder, y.low(), yl);
      return new OctavePlan(
          program.build(),
          new OctaveOperand(shape, xh, xl),
          new OctaveOperand(outShape, yh, yl));
    }
  }

  private static Operand input(ProgramBuilder program, String name, MemoryDesc desc) {
    return desc == null ? null : program.input(name, desc);
  }

  private static Operand output(
      ProgramBuilder program,
      String name,
      OctaveConv2d spec,
      Frequency frequency,
      OctaveShape shape,
      OutputFormat format) {
    int channels = spec.out().of(frequency);
    return channels == 0
        ? null
        : program.output(
            name,
            MemoryDesc.of(format.type(), format.layout(), shape.dims(frequency, channels)));
  }

  /** Where the convolution writes: the output itself, or memory to be reordered. */
  private static Operand internal(OctaveProgramBuilder builder, Operand output) {
    if (output == null) {
      return null;
    }
    MemoryDesc wanted = builder.internal(output.desc().dims());
    return output.desc().equals(wanted)
        ? output
        : builder.program().temporary(output.name() + ".nhwc", wanted);
  }

  private static void copyOut(OctaveProgramBuilder builder, Operand from, Operand to) {
    if (from != to) {
      builder.reorder(
          to.name() + ".reorder", from, to, PostOps.NONE);
    }
  }

  /** Returns memories and working memory for one thread at a time; the caller closes it. */
  public OctaveExecution newExecution() {
    return new OctaveExecution(this);
  }

  /** Runs with an execution from a small pool; any thread may call. */
  void run(OctaveTensor x, OctaveTensor y) {
    pool.run(x, y);
  }

  /** Returns the descriptors of the input. */
  public OctaveDesc input() {
    return descOf(input);
  }

  /** Returns the descriptors of the output. */
  public OctaveDesc output() {
    return descOf(output);
  }

  private static OctaveDesc descOf(OctaveOperand operand) {
    return new OctaveDesc(
        operand.high() == null ? null : operand.high().desc(),
        operand.low() == null ? null : operand.low().desc());
  }

  /** Returns what the plan runs, in order. */
  public List<StepInfo> steps() {
    return program.steps();
  }

  /** Returns the multiply-adds of one run. */
  public long multiplyAdds() {
    return program.multiplyAdds();
  }

  /** Returns the bytes of weights, which exist once, and of the working memory of each execution. */
  public long bytes() {
    return program.constantBytes() + program.temporaryBytes();
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

  OctaveOperand inputOperand() {
    return input;
  }

  OctaveOperand outputOperand() {
    return output;
  }
}
