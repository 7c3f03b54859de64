package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanOptions;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Adds octave convolutions, and what goes with them, to a program. Not thread-safe. */
public final class OctaveProgramBuilder {
  private final ProgramBuilder program;
  private final PlanOptions options;
  private final Map<Constant, Operand> constants = new HashMap<>();

  private final Pools pools = new Pools(this);

  /** Weights in the layout of a primitive; bands of different heights share them. */
  private record Constant(Object key, MemoryDesc desc) {}

  /** Wraps a builder, which the caller closes. */
  public OctaveProgramBuilder(ProgramBuilder program, PlanOptions options) {
    this.program = program;
    this.options = options;
  }

  /** The wrapped builder. */
  ProgramBuilder program() {
    return program;
  }

  /** The element type of everything inside. */
  DataType type() {
    return options.type();
  }

  /** How many threads share the work. */
  int threads() {
    return options.threads();
  }

  /**
   * Adds an octave convolution.
   *
   * @param name prefix of the steps' names
   * @param weights which programs with common constants keep once; see {@link PathWeights#identity}
   * @param x the input, in the formulation's layout
   * @param y where the output goes, in the same layout
   * @param accumulate whether the output is added to what {@code y} holds
   * @param activation applied after everything else
   * @param small where what is upsampled is summed with that of other convolutions of the same
   *     output, null for none; {@link Formulations#sumsSmall} says where that is possible
   */
  public void convolution(
      String name,
      OctaveConv2d spec,
      PathWeights weights,
      OctaveOperand x,
      OctaveOperand y,
      boolean accumulate,
      Activation activation,
      Formulation formulation,
      @Nullable SmallSum small) {
    if (!x.channels().equals(spec.in()) || !y.channels().equals(spec.out())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: x must have %s and y %s, had %s and %s",
              name,
              spec.in(),
              spec.out(),
              x.channels(),
              y.channels()));
    }
    requireSizes(name, spec, x, y, formulation);
    OctaveSizes sizes = OctaveSizes.of(spec, x.shape());
    if (!Formulations.fits(formulation, spec, sizes, threads())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: %s of %s on %d threads can't be put together as %s; take one of Formulation.candidates",
              name,
              spec,
              x.shape(),
              threads(),
              formulation));
    }
    if (small != null) {
      requireSmall(name, spec, x, y, formulation, small);
    }
    OctaveTask task = OctaveTask.of(name, spec, weights, x, y, accumulate, small, activation);
    Formulations.add(this, task, formulation);
    pools.forget(y.high());
    pools.forget(y.low());
  }

  /** Both maps must have the formulation's layout, and the output the size that the input makes. */
  private static void requireSizes(
      String name, OctaveConv2d spec, OctaveOperand x, OctaveOperand y, Formulation formulation) {
    OctaveShape made = spec.outputShape(x.shape());
    OctaveShape s = y.shape();
    boolean high = made.height() == s.height() && made.width() == s.width();
    boolean low = made.lowHeight() == s.lowHeight() && made.lowWidth() == s.lowWidth();
    if (made.batch() != s.batch()
        || (y.high() != null && !high)
        || (y.low() != null && !low)
        || x.layout() != formulation.layout()
        || y.layout() != formulation.layout()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: of %s in %s it makes %s in %s with %s, y was %s in %s",
              name,
              x.shape(),
              x.layout(),
              made,
              formulation.layout(),
              formulation,
              s,
              y.layout()));
    }
  }

  private static void requireSmall(
      String name,
      OctaveConv2d spec,
      OctaveOperand x,
      OctaveOperand y,
      Formulation formulation,
      SmallSum small) {
    long[] dims = smallDims(y);
    if (!Formulations.sumsSmall(formulation, spec, x.shape())
        || !small.memory().desc().has(y.layout().tag())
        || !Arrays.equals(small.memory().desc().dims(), dims)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: small must be null where Formulations.sumsSmall is false, as it is %s of %s with %s, or %s in %s, was %s",
              name,
              spec,
              x.shape(),
              formulation,
              Arrays.toString(dims),
              y.layout(),
              small));
    }
  }

  /** Returns new memory for a {@link SmallSum} of convolutions with this output. */
  public Operand small(String name, OctaveOperand y) {
    return temporary(name, y.layout(), smallDims(y));
  }

  private static long[] smallDims(OctaveOperand y) {
    return Geometry.dims(y.shape(), Frequency.LOW, y.layout().padded(y.channels().high()));
  }

  /** Returns new memory for a feature map. */
  public OctaveOperand temporary(
      String name, ChannelSplit channels, OctaveShape shape, Layout layout) {
    return new OctaveOperand(
        channels,
        shape,
        layout,
        temporary(name + ".h", Frequency.HIGH, channels, shape, layout),
        temporary(name + ".l", Frequency.LOW, channels, shape, layout));
  }

  private @Nullable Operand temporary(
      String name, Frequency frequency, ChannelSplit channels, OctaveShape shape, Layout layout) {
    int c = channels.of(frequency);
    return c == 0
        ? null
        : temporary(name, layout, Geometry.dims(shape, frequency, layout.padded(c)));
  }

  /** Returns new memory for images (n, c, h, w). */
  Operand temporary(String name, Layout layout, long... dims) {
    return program.temporary(name, layout.desc(type(), dims));
  }

  /** The 2x2 averages of images, made once for all who ask. */
  Pools pools() {
    return pools;
  }

  /**
   * Adds the pools that a convolution will look for, each part of its input on a thread of its own:
   * threads that then share the outputs find them standing.
   *
   * @param spec the convolution
   * @param x the parts of its input, as many as there are threads, or the whole
   */
  public void poolParts(OctaveConv2d spec, List<OctaveOperand> x) {
    if (x.size() != 1 && x.size() != threads()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "x must have 1 part or %d, one for each thread, had %d",
              threads(),
              x.size()));
    }
    pools.addParts(spec, x);
  }

  /**
   * Adds a pooling, which the threads share.
   *
   * @param name of the steps
   * @param algorithm one of {@code POOLING_*}
   * @param window on each image
   * @param x (n, c, h, w), channels innermost
   * @param y as large as the window makes it, likewise
   */
  public void pool(String name, Algorithm algorithm, Window window, Operand x, Operand y) {
    requireImages(name, window, x, y);
    add(
        new Stage.Pool(
            name,
            algorithm,
            window,
            Value.given(x, Layout.NHWC),
            Value.given(y, Layout.NHWC),
            false));
  }

  /** Adds a stage alone: one step, or one for each thread. */
  private void add(Stage stage) {
    new Partition(this, Expression.of(stage)).whole();
  }

  private static void requireImages(String name, Window window, Operand x, Operand y) {
    MemoryDesc from = x.desc();
    MemoryDesc to = y.desc();
    if (from.rank() != 4 || to.rank() != 4 || from.dim(0) != to.dim(0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: x and y must have the dimensions (n, c, h, w) and the same n, were %s and %s",
              name,
              from,
              to));
    }
    if (to.dim(2) != window.output(0, from.dim(2)) || to.dim(3) != window.output(1, from.dim(3))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: y must have the size that %s makes of x, %dx%d, x was %s and y %s",
              name,
              window,
              window.output(0, from.dim(2)),
              window.output(1, from.dim(3)),
              from,
              to));
    }
    if (!from.has(Layout.NHWC.tag()) || !to.has(Layout.NHWC.tag())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: x and y must be dense with channels innermost, were %s and %s",
              name,
              from,
              to));
    }
  }

  /**
   * Adds steps that the threads share: a part each, in whole blocks.
   *
   * @param total a multiple of {@code block}
   * @param steps called for each thread that has something to do
   */
  void share(int total, int block, Consumer<Range> steps) {
    program.sideBySide(
        threads(),
        lane -> {
          Range share = Range.share(total, block, lane, threads());
          if (!share.isEmpty()) {
            steps.accept(share);
          }
        });
  }

  /** Whether primitives have one thread each, there are more, and no lanes are being filled. */
  boolean sharesSteps() {
    return options.threads() > 1 && program.threads() == 1 && !program.isSideBySide();
  }

  /**
   * Adds one convolution as one step.
   *
   * @param postOperands what post-ops read
   */
  void convolution(
      ConvolutionWeights kernel,
      Window window,
      Operand x,
      Operand y,
      PostOps postOps,
      Map<Arg, Operand> postOperands) {
    float @Nullable [] bias = kernel.bias();
    long[] dims = kernel.dims();
    PrimitiveDesc desc =
        describe(
            new Convolution(
                x.desc(),
                MemoryDesc.of(type(), FormatTag.ANY, dims),
                bias == null ? null : MemoryDesc.of(DataType.F32, FormatTag.A, bias.length),
                y.desc(),
                window),
            postOps);
    Map<Arg, Operand> operands = new HashMap<>(postOperands);
    operands.put(Arg.SRC, x);
    operands.put(Arg.DST, y);
    operands.put(
        Arg.WEIGHTS,
        constant(
            kernel.key(),
            kernel.name() + ".weights",
            desc.desc(Arg.WEIGHTS),
            kernel.values(),
            dims));
    if (bias != null) {
      operands.put(
          Arg.BIAS,
          constant(
              List.of(kernel.key(), Arg.BIAS),
              kernel.name() + ".bias",
              desc.desc(Arg.BIAS),
              bias,
              bias.length));
    }
    program.add(kernel.name(), desc, operands);
  }

  /**
   * Returns weights in the layout that a primitive wants.
   *
   * @param key what they are: anything with value equality, of which equal ones mean equal values
   * @param name for listings and messages
   * @param values of the shape {@code dims}, row by row
   */
  Operand constant(Object key, String name, MemoryDesc desc, float[] values, long... dims) {
    return constants.computeIfAbsent(
        new Constant(key, desc),
        absent -> {
          try (Arena arena = Arena.ofConfined()) {
            return program.sharedConstant(key, name, desc, () -> Tensor.of(arena, values, dims));
          }
        });
  }

  /** Adds a copy into another layout, type or place. */
  void reorder(String name, Operand from, Operand to, PostOps postOps) {
    add(name, new Reorder(from.desc(), to.desc()), postOps, Map.of(Arg.SRC, from, Arg.DST, to));
  }

  /** Adds any operation on operands whose descriptors are those of the operation. */
  void add(String name, Operation operation, PostOps postOps, Map<Arg, Operand> operands) {
    add(name, describe(operation, postOps), operands);
  }

  /** Adds a primitive on operands with its descriptors. */
  void add(String name, PrimitiveDesc desc, Map<Arg, Operand> operands) {
    program.add(name, desc, operands);
    pools.forget(operands.get(Arg.DST)); // what stands is of the old values
  }

  /** Asks for an implementation, with the options of this program. */
  PrimitiveDesc describe(Operation operation, PostOps postOps) {
    return program.describe(operation, new Attributes(postOps, options.fpMath()));
  }
}
