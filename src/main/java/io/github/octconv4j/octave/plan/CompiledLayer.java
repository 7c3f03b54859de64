package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The program of an octave convolution for one size of input.
 *
 * @param name what it is, for listings, for instance {@code octave 3x3 32+32>64+64}
 * @param formulation how it is put together
 * @param program closed with this
 * @param input the caller's data that it reads
 * @param output the caller's data that it writes
 */
public record CompiledLayer(
    String name, Formulation formulation, Program program, Ends input, Ends output)
    implements AutoCloseable {

  /** The caller's data of both frequencies, in layouts of the caller's. */
  public record Ends(@Nullable Operand high, @Nullable Operand low) {
    /** Returns the descriptors. */
    public OctaveDesc desc() {
      return new OctaveDesc(high == null ? null : high.desc(), low == null ? null : low.desc());
    }

    /** Returns one part, null where there is none. */
    public @Nullable Operand part(Frequency frequency) {
      return frequency == Frequency.HIGH ? high : low;
    }
  }

  /**
   * Builds the program.
   *
   * @param activation applied to both outputs
   * @param input descriptors of the data that will be given; {@code any} leaves layout and type to
   *     the program
   * @param output layout and type of the results
   */
  public static CompiledLayer build(
      Engine engine,
      OctaveConv2d spec,
      PathWeights weights,
      Activation activation,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options,
      Formulation formulation) {
    OctaveShape shape = OctaveSizes.shape(input, spec);
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
      EdgeReorders edges = new EdgeReorders(builder);
      OctaveOperand x = edges.input(spec.in(), shape, layout, given.high(), given.low());
      OctaveOperand y = edges.output(spec.out(), outShape, layout, yh, yl);
      builder.convolution("octave", spec, weights, x, y, false, activation, formulation, null);
      edges.copyOut(y, yh, yl);
      return new CompiledLayer(name(spec), formulation, program.build(), given, new Ends(yh, yl));
    }
  }

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
    long[] dims = Geometry.dims(shape, frequency, channels);
    return program.output(
        name,
        format.layout() == FormatTag.ANY
            ? layout.desc(options.type(), dims)
            : MemoryDesc.of(format.type(), format.layout(), dims));
  }

  /** Returns the bytes of weights, and of the working memory of so many executions. */
  public long bytes(int executions) {
    return program.constantBytes() + executions * program.temporaryBytes();
  }

  /** Frees the program once the last execution that uses it is closed. */
  @Override
  public void close() {
    program.close();
  }
}
