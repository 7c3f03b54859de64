package io.github.octconv4j.nn;

import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.nn.Parameter.Kind;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.text.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

  private final NetworkDraft draft = new NetworkDraft();
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
    if (!LayerShapes.isImage(channels, height, width)) {
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
    return draft.addInput(name, channels, height, width);
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
    if (draft.inputs().isEmpty()) {
      throw new IllegalStateException("the network has no input yet");
    }
    return draft.inputs().getFirst();
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
    OctaveShape output = new LayerShapes(name).convolution(x, spec);
    ConvolutionTensors tensors = new ConvolutionTensors(spec, tensorNames.by(rule));
    return draft.add(
        name,
        spec.out(),
        output,
        List.of(x),
        layer ->
            new ConvolutionNodes(layer).convolution(x, output, tensors, norm, epsilon, activation));
  }

  /**
   * Adds the largest value of each square window, on both parts alike. Where the parts' new sizes
   * don't go together by any {@link io.github.octconv4j.octave.SizeRule}, no octave convolution can
   * read them.
   */
  public FeatureMap maxPool(String name, FeatureMap x, int kernel, int stride, int padding) {
    return pool(name, x, PoolKind.MAX, kernel, stride, padding);
  }

  /**
   * Adds the mean of each square window's part inside the image, on both parts alike. Where the
   * parts' new sizes don't go together by any {@link io.github.octconv4j.octave.SizeRule}, no
   * octave convolution can read them.
   */
  public FeatureMap averagePool(String name, FeatureMap x, int kernel, int stride, int padding) {
    return pool(name, x, PoolKind.AVERAGE, kernel, stride, padding);
  }

  private FeatureMap pool(
      String name, FeatureMap x, PoolKind kind, int kernel, int stride, int padding) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    OctaveShape output = new LayerShapes(name).pool(x, kernel, stride, padding);
    Pool pool =
        Pool.of(
            kind,
            Window.of(kernel, kernel)
                .strides(stride, stride)
                .pads(padding, padding, padding, padding));
    return draft.add(name, x.channels(), output, List.of(x), layer -> layer.addToParts(x, pool));
  }

  /** Adds the mean of each channel over the image, on both parts: (c, 1, 1). */
  public FeatureMap globalAverage(String name, FeatureMap x) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    return draft.add(
        name,
        x.channels(),
        LayerShapes.PIXEL,
        List.of(x),
        layer -> layer.addToParts(x, new GlobalPool(PoolKind.AVERAGE, 0)));
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
    OctaveShape output = new LayerShapes(name).sum(first, second);
    return draft.add(
        name,
        first.channels(),
        output,
        List.of(first, second),
        layer -> new PartNodes(layer).sum(first, second, activation));
  }

  /** Adds an activation by itself, where no layer before can apply it. */
  public FeatureMap activation(String name, FeatureMap x, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(activation, "activation");
    if (activation == Activation.NONE) {
      return x;
    }
    return draft.add(
        name,
        x.channels(),
        x.shape(),
        List.of(x),
        layer -> new PartNodes(layer).activation(x, activation));
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
    new LayerShapes(name).requireChannels("squeezed", squeezed);
    int channels = x.channels().total();
    return draft.add(
        name,
        x.channels(),
        x.shape(),
        List.of(x),
        layer ->
            new VectorNodes(layer)
                .squeezeExcitation(
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
    LayerShapes shapes = new LayerShapes(name);
    shapes.requirePixel(x);
    shapes.requireChannels("out", out);
    return draft.add(
        name,
        new ChannelSplit(out, 0),
        LayerShapes.PIXEL,
        List.of(x),
        layer ->
            new VectorNodes(layer)
                .linear(
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
    LayerShapes shapes = new LayerShapes(name);
    shapes.requirePixel(x);
    shapes.requireNoLow(x);
    return draft.add(
        name, x.channels(), x.shape(), List.of(x), layer -> new VectorNodes(layer).softmax(x));
  }

  /**
   * Adds the channels of several maps one behind the other, those of each part.
   *
   * @param maps at least one; parts of the same size
   */
  public FeatureMap concat(String name, FeatureMap... maps) {
    Objects.requireNonNull(name, "name");
    List<FeatureMap> all = list("maps", maps);
    OctaveShape output = new LayerShapes(name).concat(all);
    int high = 0;
    int low = 0;
    for (FeatureMap map : all) {
      high = Math.addExact(high, map.channels().high());
      low = Math.addExact(low, map.channels().low());
    }
    return draft.add(
        name, new ChannelSplit(high, low), output, all, layer -> new PartNodes(layer).concat(all));
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
    OctaveShape output = new LayerShapes(name).upsample(x, factor);
    return draft.add(
        name,
        x.channels(),
        output,
        List.of(x),
        layer -> new PartNodes(layer).resize(x, upsampling.op(), factor));
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
    OctaveShape output =
        new LayerShapes(name).transposed(x, out, kernel, stride, padding, outputPadding);
    int in = x.channels().high();
    ConvTranspose op =
        new ConvTranspose(
            Window.of(kernel, kernel)
                .strides(stride, stride)
                .pads(padding, padding, padding, padding),
            1,
            List.of((long) outputPadding, (long) outputPadding),
            List.of());
    return draft.add(
        name,
        new ChannelSplit(out, 0),
        output,
        List.of(x),
        layer ->
            new ConvolutionNodes(layer)
                .transposed(
                    x,
                    op,
                    parameter(name + ".weight", Kind.WEIGHT, in, out, kernel, kernel),
                    parameter(name + ".bias", Kind.BIAS, out),
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
    ConvolutionTensors tensors = new ConvolutionTensors(channels, its.by(rule));
    return draft.add(
        name,
        x.channels(),
        x.shape(),
        List.of(x),
        layer -> new ConvolutionNodes(layer).batchNorm(x, tensors, epsilon, activation));
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
    OctaveShape output = new LayerShapes(name).pad(x, padding);
    return draft.add(
        name, x.channels(), output, List.of(x), layer -> new PartNodes(layer).pad(x, padding));
  }

  private Parameter parameter(String name, Kind kind, long... shape) {
    return Parameter.of(rule.apply(name), kind, shape);
  }

  /**
   * Returns the network.
   *
   * @param outputs what it gives, at least one layer; of one with two parts both are outputs, named
   *     {@code layer.h} and {@code layer.l}
   */
  public NetworkGraph build(FeatureMap... outputs) {
    return draft.done(list("outputs", outputs));
  }

  private static List<FeatureMap> list(String name, FeatureMap[] maps) {
    return Checks.list(name, Arrays.asList(Objects.requireNonNull(maps, name)));
  }
}
