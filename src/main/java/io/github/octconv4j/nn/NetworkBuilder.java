package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.nn.Parameter.Kind;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Puts a network together, layer by layer, as a graph of operations. Each method takes {@link
 * FeatureMap}s and returns that of the new layer, whose size is known at once; what does not fit is
 * refused with a message that names the layer and both shapes. Weights are not needed yet. Not
 * thread-safe.
 *
 * <pre>{@code
 * NetworkBuilder net = new NetworkBuilder(3, 224, 224);
 * FeatureMap x = net.convolution("stem", net.input(),
 *     OctaveConv2d.of(3, 32).kernel(3).padding(1).alpha(0, 0.5).build(), Norm.BATCH, Activation.RELU);
 * x = net.convolution("last", x, OctaveConv2d.of(32, 64).alpha(0.5, 0).build(), Norm.BATCH, Activation.RELU);
 * x = net.linear("fc", net.globalAverage("pool", x), 10, Activation.NONE);
 * NetworkGraph graph = net.build(x);
 * }</pre>
 *
 * <p>The tensors of an octave convolution {@code L} are named as in d-li14/octconv.pytorch, {@code
 * L.conv.conv_h2l.weight} and {@code L.bn_h.running_mean}, those of a plain one, whose {@link
 * StrideRule#MOVE_KERNEL} says so, as in torchvision, {@code L.weight}. Files that name them in
 * another way are read by a {@linkplain #tensorNames rule}.
 *
 * @since 0.1.0
 */
public final class NetworkBuilder {
  /** What batch norm adds to the variance, unless {@link #epsilon} says otherwise. */
  public static final double EPSILON = 1e-5;

  private static final OctaveShape PIXEL = new OctaveShape(1, 1, 1, 1, 1);
  private static final int MOST_UPSAMPLING = 64;

  private final List<LayerNodes> layers = new ArrayList<>();
  private final List<FeatureMap> inputs = new ArrayList<>();
  private final Set<String> names = new HashSet<>(); // of layers and inputs
  private final Map<String, String> tensors = new HashMap<>(); // the layer of each
  private final Set<String> values = new HashSet<>();
  private final Map<String, TensorData> constants = new LinkedHashMap<>();
  private final GraphValues graphValues = new GraphValues();
  private double epsilon = EPSILON;
  private UnaryOperator<String> rule = name -> name;

  /**
   * Begins a network without an input, which {@link #input(String, ChannelSplit, int, int)} adds.
   */
  public NetworkBuilder() {}

  /**
   * Begins a network for images.
   *
   * @param channels of the input
   * @param height of the input
   * @param width of the input
   */
  public NetworkBuilder(int channels, int height, int width) {
    if (channels < 1
        || height < 1
        || width < 1
        || (long) height * width > Integer.MAX_VALUE / channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "channels, height and width must be at least 1 and an image have at most %d values, were %d, %d and %d",
              Integer.MAX_VALUE,
              channels,
              height,
              width));
    }
    input("input", new ChannelSplit(channels, 0), height, width);
  }

  /**
   * Adds an input.
   *
   * @param name that no other input or layer has
   * @param channels of both parts; of two parts the values are named {@code name.h} and {@code
   *     name.l}
   * @param height rows of the high part
   * @param width columns of the high part; the low part has half as many, rounded down
   */
  public FeatureMap input(String name, ChannelSplit channels, int height, int width) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(channels, "channels");
    OctaveShape shape = OctaveShape.of(1, height, width, SizeRule.FLOOR);
    boolean low = channels.low() > 0;
    if (low && (shape.lowHeight() < 1 || shape.lowWidth() < 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input %s: a low part needs at least 2x2 pixels, were %dx%d",
              Printable.text(name),
              height,
              width));
    }
    requireCountable(name, channels, shape);
    requireFree(name);
    names.add(name);
    FeatureMap map =
        new FeatureMap(
            this,
            name,
            channels,
            shape,
            channels.high() == 0 ? "" : graphValues.name(low ? name + ".h" : name),
            low ? graphValues.name(channels.high() == 0 ? name : name + ".l") : "");
    inputs.add(map);
    return map;
  }

  /** The type of a part of a map, for any batch. */
  static TensorType type(FeatureMap map, Frequency frequency) {
    OctaveShape s = map.shape();
    boolean high = frequency == Frequency.HIGH;
    return new TensorType(
        ElementType.F32,
        List.of(
            Dim.unknown("n"),
            Dim.of(map.channels().of(frequency)),
            Dim.of(high ? s.height() : s.lowHeight()),
            Dim.of(high ? s.width() : s.lowWidth())));
  }

  /** The names of the graph's values, each of which there is once, and its constants. */
  private final class GraphValues implements LayerDraft.Values {
    @Override
    public String name(String wanted) {
      String name = wanted;
      for (int i = 2; !values.add(name); i++) {
        name = wanted + "~" + i;
      }
      return name;
    }

    @Override
    public String constant(TensorData data) {
      String name = name("constant");
      constants.put(name, data);
      return name;
    }
  }

  /**
   * Sets how the file of weights names the tensors of the layers that follow.
   *
   * @param names gives for the name that a tensor has here the one that it has there
   */
  public NetworkBuilder tensorNames(UnaryOperator<String> names) {
    rule = Objects.requireNonNull(names, "names");
    return this;
  }

  /**
   * Sets how the file of weights names tensors of the layers that follow.
   *
   * @param names the name in the file for that here; others have the same in both
   */
  public NetworkBuilder tensorNames(Map<String, String> names) {
    Map<String, String> copy = Checks.map("names", names);
    return tensorNames(name -> copy.getOrDefault(name, name));
  }

  /** Sets what the batch norms that follow add to the variance, above 0. */
  public NetworkBuilder epsilon(double value) {
    requireEpsilon(value);
    epsilon = value;
    return this;
  }

  static void requireEpsilon(double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("epsilon must be above 0 and finite, was " + value);
    }
  }

  /**
   * Returns the image, or the first of several inputs.
   *
   * @throws IllegalStateException if there is none yet
   */
  public FeatureMap input() {
    if (inputs.isEmpty()) {
      throw new IllegalStateException("the network has no input yet");
    }
    return inputs.getFirst();
  }

  /**
   * Adds a convolution.
   *
   * @param name prefix of the tensors' names
   * @param spec the convolution, which may have no low parts; its rule says what a stride does
   * @param norm folded into the weights; of a plain convolution its tensors begin with {@code
   *     name.norm}
   * @param activation applied last
   */
  public FeatureMap convolution(
      String name, FeatureMap x, OctaveConv2d spec, Norm norm, Activation activation) {
    return convolution(name, x, spec, norm, name + ".norm", activation);
  }

  /**
   * Adds a convolution whose batch norm has a name of its own.
   *
   * @param name prefix of the tensors' names
   * @param spec the convolution
   * @param norm folded into the weights
   * @param normName prefix of the tensors of a plain convolution's batch norm
   * @param activation applied last
   */
  public FeatureMap convolution(
      String name,
      FeatureMap x,
      OctaveConv2d spec,
      Norm norm,
      String normName,
      Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(norm, "norm");
    Objects.requireNonNull(normName, "normName");
    Objects.requireNonNull(activation, "activation");
    boolean plain = spec.strideRule() == StrideRule.MOVE_KERNEL;
    return convolution(
        name,
        x,
        spec,
        norm,
        activation,
        plain ? TensorNames.dense(name, normName) : TensorNames.octave(name, name, normName));
  }

  FeatureMap convolution(
      String name,
      FeatureMap x,
      OctaveConv2d spec,
      Norm norm,
      Activation activation,
      TensorNames tensorNames) {
    if (!x.channels().equals(spec.in())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s needs an input with %s, was %s",
              Printable.text(name),
              spec.in(),
              x));
    }
    requireHalved(name, x, spec.sizeRule());
    LayerDraft draft = new LayerDraft(name, graphValues);
    OctaveShape output;
    try {
      output = spec.outputShape(x.shape());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: %s", Printable.text(name), e.getMessage()), e);
    }
    return add(
        name,
        draft,
        spec.out(),
        output,
        List.of(x),
        () -> draft.convolution(x, output, spec, named(tensorNames), norm, epsilon, activation));
  }

  private TensorNames named(TensorNames given) {
    return given.by(rule);
  }

  /** Both parts must have sizes that go together by the rule of the layer that reads them. */
  private static void requireHalved(String name, FeatureMap x, SizeRule rule) {
    OctaveShape s = x.shape();
    OctaveShape wanted = OctaveShape.of(1, s.height(), s.width(), rule);
    if (x.channels().hasBoth() && !s.equals(wanted)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: its size rule %s halves %dx%d to %dx%d, but layer %s gives %s",
              name,
              rule,
              s.height(),
              s.width(),
              wanted.lowHeight(),
              wanted.lowWidth(),
              x.name(),
              x));
    }
  }

  /**
   * Adds the largest value of each square window, on both parts alike. Where the parts' new sizes
   * don't go together by any {@link SizeRule}, no octave convolution can read them.
   */
  public FeatureMap maxPool(String name, FeatureMap x, int kernel, int stride, int padding) {
    return pool(name, x, PoolKind.MAX, kernel, stride, padding);
  }

  /**
   * Adds the mean of each square window's part inside the image, on both parts alike. Where the
   * parts' new sizes don't go together by any {@link SizeRule}, no octave convolution can read
   * them.
   */
  public FeatureMap averagePool(String name, FeatureMap x, int kernel, int stride, int padding) {
    return pool(name, x, PoolKind.AVERAGE, kernel, stride, padding);
  }

  private FeatureMap pool(
      String name, FeatureMap x, PoolKind kind, int kernel, int stride, int padding) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    if (kernel < 1 || stride < 1 || padding < 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: kernel and stride must be at least 1, padding at least 0, were %d, %d and %d",
              Printable.text(name),
              kernel,
              stride,
              padding));
    }
    Window window = Window.of(kernel, kernel).strides(stride, stride).padding(padding, padding);
    OctaveShape s = x.shape();
    long height = window.output(0, s.height());
    long width = window.output(1, s.width());
    boolean low = x.channels().low() > 0;
    long lowHeight = low ? window.output(0, s.lowHeight()) : height / 2;
    long lowWidth = low ? window.output(1, s.lowWidth()) : width / 2;
    if (2L * padding > kernel
        || height < 1
        || width < 1
        || (low && (lowHeight < 1 || lowWidth < 1))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: a window of %dx%d with stride %d and padding %d makes %dx%d (low %dx%d) of %s; it needs an output of at least 1x1 and padding of at most half a window",
              name,
              kernel,
              kernel,
              stride,
              padding,
              height,
              width,
              lowHeight,
              lowWidth,
              x));
    }
    io.github.octconv4j.graph.Window each =
        io.github.octconv4j.graph.Window.of(kernel, kernel)
            .strides(stride, stride)
            .pads(padding, padding, padding, padding);
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        x.channels(),
        new OctaveShape(
            1,
            Math.toIntExact(height), // at most one more than the input
            Math.toIntExact(width),
            Math.toIntExact(lowHeight),
            Math.toIntExact(lowWidth)),
        List.of(x),
        () -> draft.each(x, Pool.of(kind, each)));
  }

  /** Adds the mean of each channel over the image, on both parts: (c, 1, 1). */
  public FeatureMap globalAverage(String name, FeatureMap x) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        x.channels(),
        PIXEL,
        List.of(x),
        () -> draft.each(x, new GlobalPool(PoolKind.AVERAGE, 0)));
  }

  /**
   * Adds {@code activation(first + second)} on both parts. Where one of them is a convolution
   * without activation that is read nowhere else, the sum costs no pass of its own.
   */
  public FeatureMap sum(String name, FeatureMap first, FeatureMap second, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
    Objects.requireNonNull(activation, "activation");
    ChannelSplit channels = first.channels();
    OctaveShape p = first.shape();
    OctaveShape q = second.shape();
    boolean fits =
        channels.equals(second.channels())
            && (channels.high() == 0 || (p.height() == q.height() && p.width() == q.width()))
            && (channels.low() == 0
                || (p.lowHeight() == q.lowHeight() && p.lowWidth() == q.lowWidth()));
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: %s gives %s, which can't be added to %s of %s",
              Printable.text(name),
              first.name(),
              first,
              second,
              second.name()));
    }
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        channels,
        p,
        List.of(first, second),
        () -> draft.sum(first, second, activation));
  }

  /** Adds an activation by itself, where no layer before can apply it. */
  public FeatureMap activation(String name, FeatureMap x, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(activation, "activation");
    if (activation == Activation.NONE) {
      return x;
    }
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name, draft, x.channels(), x.shape(), List.of(x), () -> draft.activation(x, activation));
  }

  /**
   * Adds squeeze-and-excitation, one excitation for both parts; tensors {@code name.fc1} and {@code
   * name.fc2} with weight and bias.
   *
   * @param squeezed channels in the middle, at least 1
   */
  public FeatureMap squeezeExcitation(String name, FeatureMap x, int squeezed) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    if (squeezed < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: squeezed must be at least 1, was %d",
              Printable.text(name),
              squeezed));
    }
    int channels = x.channels().total();
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        x.channels(),
        x.shape(),
        List.of(x),
        () ->
            draft.squeezeExcitation(
                x,
                squeezed,
                List.of(
                    parameter(name + ".fc1.weight", Kind.WEIGHT, squeezed, channels, 1, 1),
                    parameter(name + ".fc1.bias", Kind.BIAS, squeezed),
                    parameter(name + ".fc2.weight", Kind.WEIGHT, channels, squeezed, 1, 1),
                    parameter(name + ".fc2.bias", Kind.BIAS, channels))));
  }

  /**
   * Adds a fully connected layer on (c, 1, 1); tensors {@code name.weight} (out, c) and {@code
   * name.bias}.
   *
   * @param out channels of the output, at least 1
   */
  public FeatureMap linear(String name, FeatureMap x, int out, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(activation, "activation");
    requirePixel(name, x);
    if (out < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "layer %s: out must be at least 1, was %d", Printable.text(name), out));
    }
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        new ChannelSplit(out, 0),
        PIXEL,
        List.of(x),
        () ->
            draft.linear(
                x,
                parameter(name + ".weight", Kind.WEIGHT, out, x.channels().total()),
                parameter(name + ".bias", Kind.BIAS, out),
                out,
                activation));
  }

  /** Adds probabilities of the channels of (c, 1, 1). */
  public FeatureMap softmax(String name, FeatureMap x) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    requirePixel(name, x);
    if (x.channels().low() > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s needs an input without low part, was %s",
              Printable.text(name),
              x));
    }
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(name, draft, x.channels(), x.shape(), List.of(x), () -> draft.softmax(x));
  }

  private static void requirePixel(String name, FeatureMap x) {
    OctaveShape s = x.shape();
    boolean low = x.channels().low() > 0;
    if (s.height() != 1 || s.width() != 1 || (low && (s.lowHeight() != 1 || s.lowWidth() != 1))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s needs an input of 1x1 pixels, was %s; add a global average before",
              Printable.text(name),
              x));
    }
  }

  /**
   * Adds the channels of several maps one behind the other, those of each part.
   *
   * @param maps at least one; parts of the same size
   */
  public FeatureMap concat(String name, FeatureMap... maps) {
    Objects.requireNonNull(name, "name");
    List<FeatureMap> all = list("maps", maps);
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: maps must not be empty", Printable.text(name)));
    }
    int high = 0;
    int low = 0;
    OctaveShape shape = all.getFirst().shape();
    for (FeatureMap map : all) {
      OctaveShape s = map.shape();
      boolean fits =
          (s.height() == shape.height() && s.width() == shape.width())
              && (s.lowHeight() == shape.lowHeight() && s.lowWidth() == shape.lowWidth());
      if (!fits) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "layer %s: %s gives %s, which can't stand beside %s of %s",
                Printable.text(name),
                all.getFirst().name(),
                all.getFirst(),
                map,
                map.name()));
      }
      high = Math.addExact(high, map.channels().high());
      low = Math.addExact(low, map.channels().low());
    }
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(name, draft, new ChannelSplit(high, low), shape, all, () -> draft.concat(all));
  }

  /**
   * Enlarges both parts.
   *
   * @param factor of rows and columns, 2 to 64
   */
  public FeatureMap upsample(String name, FeatureMap x, int factor, Upsampling upsampling) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(upsampling, "upsampling");
    if (factor < 2 || factor > MOST_UPSAMPLING) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: factor must be 2 to %d, was %d",
              Printable.text(name),
              MOST_UPSAMPLING,
              factor));
    }
    OctaveShape s = x.shape();
    OctaveShape larger = larger(name, x, s, factor);
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        x.channels(),
        larger,
        List.of(x),
        () -> draft.resize(x, upsampling.op(), factor));
  }

  private static OctaveShape larger(String name, FeatureMap x, OctaveShape s, int factor) {
    long most = Math.max(Math.max(s.height(), s.width()), Math.max(s.lowHeight(), s.lowWidth()));
    if (most * factor > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: %s is too large for it", Printable.text(name), x));
    }
    return new OctaveShape(
        1, factor * s.height(), factor * s.width(), factor * s.lowHeight(), factor * s.lowWidth());
  }

  /**
   * Adds a transposed convolution, whose windows lie {@code stride} apart in the output; tensors
   * {@code name.weight} (in, out, kernel, kernel) and {@code name.bias}. Without batch norm: add
   * {@link #batchNorm}.
   *
   * @param x without low part
   * @param out channels of the output
   * @param padding rows and columns that are cut off on each side, below {@code kernel}
   * @param outputPadding rows and columns that are added at the end, below {@code stride}
   */
  public FeatureMap transposedConvolution(
      String name,
      FeatureMap x,
      int out,
      int kernel,
      int stride,
      int padding,
      int outputPadding,
      Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(activation, "activation");
    requireNoLow(name, x);
    boolean fits =
        out >= 1
            && kernel >= 1
            && stride >= 1
            && padding >= 0
            && padding < kernel
            && outputPadding >= 0
            && outputPadding < stride;
    OctaveShape s = x.shape();
    long height = (s.height() - 1L) * stride + kernel - 2L * padding + outputPadding;
    long width = (s.width() - 1L) * stride + kernel - 2L * padding + outputPadding;
    if (!fits || height < 1 || width < 1 || Math.max(height, width) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: of %s it makes %d channels of %dx%d with kernel %d, stride %d, padding %d and outputPadding %d; all but paddings must be at least 1, padding below kernel and outputPadding below stride",
              Printable.text(name),
              x,
              out,
              height,
              width,
              kernel,
              stride,
              padding,
              outputPadding));
    }
    int in = x.channels().high();
    ConvTranspose op =
        new ConvTranspose(
            io.github.octconv4j.graph.Window.of(kernel, kernel)
                .strides(stride, stride)
                .pads(padding, padding, padding, padding),
            1,
            List.of((long) outputPadding, (long) outputPadding),
            List.of());
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        new ChannelSplit(out, 0),
        OctaveShape.of(1, (int) height, (int) width, SizeRule.FLOOR),
        List.of(x),
        () ->
            draft.transposed(
                x,
                op,
                parameter(name + ".weight", Kind.WEIGHT, in, out, kernel, kernel),
                List.of(parameter(name + ".bias", Kind.BIAS, out)),
                (long) s.height() * s.width() * in * out * kernel * kernel,
                activation));
  }

  /**
   * Adds batch norm by itself, where no convolution is before it: before an activation, or after a
   * sum. Tensors {@code name.weight}, {@code bias}, {@code running_mean} and {@code running_var},
   * or of maps with two parts {@code name.bn_h.weight} and so on.
   */
  public FeatureMap batchNorm(String name, FeatureMap x, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(activation, "activation");
    TensorNames its =
        x.channels().hasBoth()
            ? TensorNames.octave(name, name, name)
            : TensorNames.dense(name, name);
    OctaveConv2d channels =
        OctaveConv2d.of(x.channels().total(), x.channels().total())
            .split(x.channels(), x.channels())
            .build();
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(
        name,
        draft,
        x.channels(),
        x.shape(),
        List.of(x),
        () ->
            draft.batchNorm(x, new ConvolutionTensors(channels, named(its)), epsilon, activation));
  }

  /**
   * Adds zeros around both parts, around the low one half as many.
   *
   * @param padding even on all sides where there is a low part
   */
  public FeatureMap pad(String name, FeatureMap x, Padding padding) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(padding, "padding");
    int any = padding.top() | padding.left() | padding.bottom() | padding.right();
    OctaveShape s = x.shape();
    long rows = (long) padding.top() + padding.bottom();
    long columns = (long) padding.left() + padding.right();
    if (any == 0
        || (x.channels().low() > 0 && any % 2 == 1)
        || s.height() + rows > Integer.MAX_VALUE
        || s.width() + columns > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: padding must add something, and even numbers where there is a low part, was %s for %s",
              Printable.text(name),
              padding,
              x));
    }
    OctaveShape larger =
        new OctaveShape(
            1,
            (int) (s.height() + rows),
            (int) (s.width() + columns),
            (int) (s.lowHeight() + rows / 2),
            (int) (s.lowWidth() + columns / 2));
    LayerDraft draft = new LayerDraft(name, graphValues);
    return add(name, draft, x.channels(), larger, List.of(x), () -> draft.pad(x, padding));
  }

  private static void requireNoLow(String name, FeatureMap x) {
    if (x.channels().low() > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s needs an input without low part, was %s",
              Printable.text(name),
              x));
    }
  }

  private Parameter parameter(String name, Kind kind, long... shape) {
    return Parameter.of(rule.apply(name), kind, shape);
  }

  /**
   * Adds a layer.
   *
   * @param steps adds its nodes to the draft
   */
  private FeatureMap add(
      String name,
      LayerDraft draft,
      ChannelSplit channels,
      OctaveShape shape,
      List<FeatureMap> read,
      Runnable steps) {
    requireFree(name);
    for (FeatureMap x : read) {
      if (x.owner() != this) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "layer %s: %s belongs to another network",
                Printable.text(name),
                x.name()));
      }
    }
    Set<String> before = Set.copyOf(values);
    try {
      steps.run(); // tensors check themselves
      requireCountable(name, channels, shape);
      requireOwnTensors(name, draft);
    } catch (IllegalArgumentException e) {
      values.retainAll(before);
      constants.keySet().retainAll(before);
      String message = String.valueOf(e.getMessage());
      String begin = String.format(Locale.ROOT, "layer %s", Printable.text(name));
      throw message.startsWith(begin) ? e : new IllegalArgumentException(begin + ": " + message, e);
    }
    draft.nameOutputs();
    names.add(name);
    draft.parameters().forEach(tensor -> tensors.put(tensor.name(), name));
    FeatureMap output =
        new FeatureMap(
            this, name, channels, shape, draft.output(Frequency.HIGH), draft.output(Frequency.LOW));
    layers.add(draft.done(read, output));
    return output;
  }

  private void requireFree(String name) {
    if (names.contains(name)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "there is a layer %s already", Printable.text(name)));
    }
  }

  /** No tensor may be another layer's too, whose weights it would be then. */
  private void requireOwnTensors(String name, LayerDraft draft) {
    for (Parameter tensor : draft.parameters()) {
      String owner = tensors.get(tensor.name());
      if (owner != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "layer %s needs a tensor %s, which is one of layer %s already; give it another name",
                name,
                tensor.name(),
                owner));
      }
    }
  }

  /** The values of a feature map must be countable. */
  private static void requireCountable(String name, ChannelSplit channels, OctaveShape shape) {
    long pixels = (long) shape.height() * shape.width();
    long lowPixels = (long) shape.lowHeight() * shape.lowWidth();
    if (pixels > Integer.MAX_VALUE / Math.max(1, channels.high())
        || lowPixels > Integer.MAX_VALUE / Math.max(1, channels.low())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: each part of an image may have %d values, %s and %s make more",
              Printable.text(name),
              Integer.MAX_VALUE,
              channels,
              shape));
    }
  }

  /**
   * Returns the network.
   *
   * @param outputs what it gives, at least one layer; of one with two parts both are outputs, named
   *     {@code layer.h} and {@code layer.l}
   */
  public NetworkGraph build(FeatureMap... outputs) {
    List<FeatureMap> all = list("outputs", outputs);
    for (FeatureMap output : all) {
      if (output.owner() != this || inputs.contains(output)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "an output must be a layer of this network, was %s: %s",
                output.name(),
                output));
      }
    }
    if (all.isEmpty() || Set.copyOf(all).size() < all.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a network needs an output, and each of them once, were %s",
              all.stream().map(FeatureMap::name).toList()));
    }
    return new NetworkGraph(inputs, layers, all, constants);
  }

  private static List<FeatureMap> list(String name, FeatureMap[] maps) {
    return Checks.list(name, Arrays.asList(Objects.requireNonNull(maps, name)));
  }
}
