package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Window;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/**
 * Adds octave convolutions to a program. All tensors inside have the channels innermost (NHWC): no
 * channel count is slow in that layout, and a pool or a sum finds neighbours together.
 *
 * <p>Not thread-safe.
 */
public final class OctaveProgramBuilder {
  private final ProgramBuilder program;
  private final PlanOptions options;

  /** Pools that stand already, so that two layers which read one tensor share them. */
  private final Map<Operand, Map<SizeRule, Operand>> pools = new HashMap<>();

  /** Wraps a builder, which the caller closes. */
  public OctaveProgramBuilder(ProgramBuilder program, PlanOptions options) {
    this.program = program;
    this.options = options;
  }

  /** Returns the wrapped builder. */
  public ProgramBuilder program() {
    return program;
  }

  /** Returns the descriptor that an image (n, c, h, w) has inside the program. */
  public MemoryDesc internal(long... dims) {
    return MemoryDesc.of(options.type(), FormatTag.NHWC, dims);
  }

  /** Returns the operand in the internal layout and type: itself, or a copy made by a reorder. */
  public Operand toInternal(Operand operand) {
    MemoryDesc wanted = internal(operand.desc().dims());
    if (operand.desc().equals(wanted)) {
      // With one channel NCHW is the same memory, but not to oneDNN, which would take ref:any.
      return operand.view(wanted);
    }
    Operand copy = program.temporary(operand.name() + ".nhwc", wanted);
    reorder(operand.name() + ".reorder", operand, copy, PostOps.NONE);
    return copy;
  }

  /** Adds memory for a feature map of the internal layout. */
  public OctaveOperand temporary(String name, ChannelSplit channels, OctaveShape shape) {
    return new OctaveOperand(
        shape,
        temporary(name + ".h", Frequency.HIGH, channels, shape),
        temporary(name + ".l", Frequency.LOW, channels, shape));
  }

  private Operand temporary(
      String name, Frequency frequency, ChannelSplit channels, OctaveShape shape) {
    int c = channels.of(frequency);
    return c == 0 ? null : program.temporary(name, internal(shape.dims(frequency, c)));
  }

  /**
   * Adds an octave convolution.
   *
   * @param name prefix of the steps' names
   * @param x the input, in the internal layout
   * @param y where the output goes, in the internal layout
   * @param accumulate whether the output is added to what {@code y} holds
   * @param activation applied after everything else
   */
  public void convolution(
      String name,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveOperand x,
      OctaveOperand y,
      boolean accumulate,
      Activation activation) {
    weights.requireFit(spec);
    new OctaveConvolutionSteps(this, name, spec, weights, accumulate, activation).add(x, y);
    pools.remove(y.high());
    pools.remove(y.low());
  }

  /** Returns the size of a specification's output. */
  public static OctaveShape outputShape(OctaveConv2d spec, OctaveShape input) {
    return OctaveSizes.of(spec, input).output();
  }

  /** Returns the 2x2 average of an image, made once for all who ask. */
  Operand pooled(Operand x, SizeRule rule) {
    return pools
        .computeIfAbsent(x, unused -> new HashMap<>())
        .computeIfAbsent(rule, r -> addPool(x, r));
  }

  private Operand addPool(Operand x, SizeRule rule) {
    int h = Math.toIntExact(x.desc().dim(2));
    int w = Math.toIntExact(x.desc().dim(3));
    int halfH = rule.half(h);
    int halfW = rule.half(w);
    Operand y =
        program.temporary(
            x.name() + ".pool", internal(x.desc().dim(0), x.desc().dim(1), halfH, halfW));
    Window window =
        Window.of(2, 2)
            .strides(2, 2)
            .padding(new long[2], new long[] {2L * halfH - h, 2L * halfW - w});
    add(
        x.name() + ".pool",
        Pooling.of(Algorithm.POOLING_AVG_EXCLUDE_PADDING, x.desc(), y.desc(), window),
        PostOps.NONE,
        Map.of(Arg.SRC, x, Arg.DST, y));
    return y;
  }

  /**
   * Adds one convolution.
   *
   * @param kernel row by row, of the shape {@link OctaveConv2d#weightsShape}
   * @param bias one value for each output channel, or null
   */
  void convolution(
      String name,
      OctaveConv2d spec,
      OctavePath path,
      float[] kernel,
      float[] bias,
      Operand x,
      Operand y,
      PostOps postOps) {
    long[] shape = spec.weightsShape(path);
    long groups = spec.groups(path);
    long[] dims =
        groups == 1
            ? shape
            : new long[] {groups, shape[0] / groups, shape[1], shape[2], shape[3]};
    Padding p = spec.padding();
    Window window =
        Window.of(spec.kernelHeight(), spec.kernelWidth())
            .dilations(spec.dilationHeight() - 1, spec.dilationWidth() - 1)
            .padding(new long[] {p.top(), p.left()}, new long[] {p.bottom(), p.right()});
    MemoryDesc biasDesc =
        bias == null ? null : MemoryDesc.of(DataType.F32, FormatTag.A, bias.length);
    PrimitiveDesc desc =
        describe(
            Convolution.of(
                x.desc(),
                MemoryDesc.of(options.type(), FormatTag.ANY, dims),
                biasDesc,
                y.desc(),
                window),
            postOps);
    Map<Arg, Operand> operands = new HashMap<>();
    operands.put(Arg.SRC, x);
    operands.put(Arg.DST, y);
    operands.put(Arg.WEIGHTS, constant(name + ".weights", desc.desc(Arg.WEIGHTS), kernel, dims));
    if (bias != null) {
      operands.put(Arg.BIAS, constant(name + ".bias", desc.desc(Arg.BIAS), bias, bias.length));
    }
    program.add(name, desc, operands);
  }

  /** Adds weights in the layout that a primitive wants. */
  public Operand constant(String name, MemoryDesc desc, float[] values, long... dims) {
    try (Arena arena = Arena.ofConfined()) {
      return program.constant(name, desc, Tensor.of(arena, values, dims));
    }
  }

  /**
   * Adds {@code y = up(x)}, or {@code y = y + up(x)} with a sum among the post-ops: row and column
   * {@code i} of {@code y} from {@code min(i / 2, size of x - 1)}.
   */
  void upsample(String name, Operand x, Operand y, boolean accumulate, Activation activation) {
    long n = x.desc().dim(0);
    long c = x.desc().dim(1);
    long h = 2 * x.desc().dim(2);
    long w = 2 * x.desc().dim(3);
    PostOps sum = accumulate ? PostOps.NONE.sum() : PostOps.NONE;
    if (y.desc().dim(2) == h && y.desc().dim(3) == w) {
      resample(name, x, y, activation.after(sum));
      return;
    }
    // oneDNN's nearest index is i / 2 for an exact factor of 2 only: double, then copy what fits.
    Operand doubled = program.temporary(name + ".doubled", internal(n, c, h, w));
    resample(name, x, doubled, PostOps.NONE);
    long[] rows = pieces(h, y.desc().dim(2));
    long[] columns = pieces(w, y.desc().dim(3));
    for (int r = 0; r < rows.length; r++) {
      for (int q = 0; q < columns.length; q++) {
        long[] part = {n, c, rows[r], columns[q]};
        long[] from = {0, 0, r == 0 ? 0 : h - 1, q == 0 ? 0 : w - 1};
        long[] to = {0, 0, r == 0 ? 0 : h, q == 0 ? 0 : w};
        reorder(
            name + ".copy",
            doubled.view(doubled.desc().submemory(part, from)),
            y.view(y.desc().submemory(part, to)),
            sum);
      }
    }
    if (activation != Activation.NONE) {
      add(
          name + ".activation",
          activation.on(y.desc()),
          PostOps.NONE,
          Map.of(Arg.SRC, y, Arg.DST, y));
    }
  }

  /** The part that the doubled size covers, and one more row where the target is larger. */
  private static long[] pieces(long doubled, long target) {
    return target > doubled ? new long[] {doubled, target - doubled} : new long[] {target};
  }

  private void resample(String name, Operand x, Operand y, PostOps postOps) {
    add(
        name,
        new Resampling(Algorithm.RESAMPLING_NEAREST, x.desc(), y.desc()),
        postOps,
        Map.of(Arg.SRC, x, Arg.DST, y));
  }

  /** Adds a copy into another layout, type or place. */
  public void reorder(String name, Operand from, Operand to, PostOps postOps) {
    add(
        name,
        new Reorder(from.desc(), to.desc()),
        postOps,
        Map.of(Arg.SRC, from, Arg.DST, to));
  }

  /** Adds any operation on operands whose descriptors are those of the operation. */
  public void add(String name, Operation operation, PostOps postOps, Map<Arg, Operand> operands) {
    program.add(name, describe(operation, postOps), operands);
  }

  /** Asks for an implementation, with the options of this program. */
  public PrimitiveDesc describe(Operation operation, PostOps postOps) {
    return program.describe(operation, new Attributes(postOps, options.fpMath()));
  }
}
