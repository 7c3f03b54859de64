package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Puts a network together, layer by layer. Each method takes {@link FeatureMap}s and returns that
 * of the new layer, whose size is known at once; what does not fit is refused with a message that
 * names the layer and both shapes. Weights are not needed yet. Not thread-safe.
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
 * L.conv.conv_h2l.weight} and {@code L.bn_h.running_mean}, those of a plain one as in torchvision,
 * {@code L.weight}.
 *
 * @since 0.1.0
 */
public final class NetworkBuilder {
  /** What batch norm adds to the variance, unless {@link #epsilon} says otherwise. */
  public static final double EPSILON = 1e-5;

  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> tensors = new HashMap<>(); // the layer of each
  private final FeatureMap input;
  private double epsilon = EPSILON;

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
    this.input =
        new FeatureMap(
            this,
            "input",
            new ChannelSplit(channels, 0),
            OctaveShape.of(1, height, width, SizeRule.FLOOR));
    names.add("input");
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

  /** Returns the image. */
  public FeatureMap input() {
    return input;
  }

  /**
   * Adds an octave convolution.
   *
   * @param name prefix of the tensors' names
   * @param spec the convolution, which may have no low parts; a stride of 2 is a pooling
   * @param norm folded into the weights
   * @param activation applied last
   */
  public FeatureMap convolution(
      String name, FeatureMap x, OctaveConv2d spec, Norm norm, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(norm, "norm");
    Objects.requireNonNull(activation, "activation");
    return convolution(
        name, x, spec, 1, norm, activation, TensorNames.octave(name, name, name + ".norm"));
  }

  /**
   * Adds a plain convolution of the high part, which must be all there is. Its stride moves the
   * kernel and pools nothing.
   *
   * @param name prefix of the names of weights and bias
   * @param spec kernel, padding, dilation and groups; without low parts, its own stride 1
   * @param stride at least 1
   * @param normName prefix of the batch norm's tensors; not used without it
   */
  public FeatureMap plainConvolution(
      String name,
      FeatureMap x,
      OctaveConv2d spec,
      int stride,
      Norm norm,
      String normName,
      Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(norm, "norm");
    Objects.requireNonNull(normName, "normName");
    Objects.requireNonNull(activation, "activation");
    if (spec.in().low() > 0 || spec.out().low() > 0 || spec.stride() != 1 || stride < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layer %s: a plain convolution has no low parts, its own stride is 1 and stride at least 1, was %s and %d",
              Printable.text(name),
              spec,
              stride));
    }
    return convolution(name, x, spec, stride, norm, activation, TensorNames.dense(name, normName));
  }

  FeatureMap convolution(
      String name,
      FeatureMap x,
      OctaveConv2d spec,
      int stride,
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
    ConvolutionLayer layer;
    OctaveShape output;
    try {
      layer = new ConvolutionLayer(spec, x.shape(), stride, norm, epsilon, activation, tensorNames);
      output = layer.output();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: %s", Printable.text(name), e.getMessage()), e);
    }
    return add(name, layer, spec.out(), output, x);
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
    return pool(name, x, Algorithm.POOLING_MAX, kernel, stride, padding);
  }

  /**
   * Adds the mean of each square window's part inside the image, on both parts alike. Where the
   * parts' new sizes don't go together by any {@link SizeRule}, no octave convolution can read
   * them.
   */
  public FeatureMap averagePool(String name, FeatureMap x, int kernel, int stride, int padding) {
    return pool(name, x, Algorithm.POOLING_AVG_EXCLUDE_PADDING, kernel, stride, padding);
  }

  private FeatureMap pool(
      String name, FeatureMap x, Algorithm algorithm, int kernel, int stride, int padding) {
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
    return add(
        name,
        new PoolLayer(algorithm, window),
        x.channels(),
        new OctaveShape(
            1,
            Math.toIntExact(height), // at most one more than the input
            Math.toIntExact(width),
            Math.toIntExact(lowHeight),
            Math.toIntExact(lowWidth)),
        x);
  }

  /** Adds the mean of each channel over the image, on both parts: (c, 1, 1). */
  public FeatureMap globalAverage(String name, FeatureMap x) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    return add(name, new GlobalAverageLayer(), x.channels(), new OctaveShape(1, 1, 1, 1, 1), x);
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
    return add(name, new SumLayer(activation), channels, p, first, second);
  }

  /** Adds an activation by itself, where no layer before can apply it. */
  public FeatureMap activation(String name, FeatureMap x, Activation activation) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(activation, "activation");
    if (activation == Activation.NONE) {
      return x;
    }
    return add(name, new ActivationLayer(activation), x.channels(), x.shape(), x);
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
    return add(
        name, new SqueezeExcitationLayer(name, x.channels(), squeezed), x.channels(), x.shape(), x);
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
    return add(
        name,
        new LinearLayer(name, x.channels(), out, activation),
        new ChannelSplit(out, 0),
        new OctaveShape(1, 1, 1, 1, 1),
        x);
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
    return add(name, new SoftmaxLayer(), x.channels(), x.shape(), x);
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

  private FeatureMap add(
      String name, Layer layer, ChannelSplit channels, OctaveShape shape, FeatureMap... inputs) {
    if (names.contains(name)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "there is a layer %s already", Printable.text(name)));
    }
    for (FeatureMap x : inputs) {
      if (x.owner() != this) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "layer %s: %s belongs to another network",
                Printable.text(name),
                x.name()));
      }
    }
    requireSizes(name, layer, channels, shape);
    requireOwnTensors(name, layer);
    names.add(name);
    layer.parameters().forEach(tensor -> tensors.put(tensor.name(), name));
    FeatureMap output = new FeatureMap(this, name, channels, shape);
    nodes.add(new Node(layer, List.of(inputs), output));
    return output;
  }

  /** No tensor may be another layer's too, whose weights it would be then. */
  private void requireOwnTensors(String name, Layer layer) {
    for (Parameter tensor : layer.parameters()) {
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

  /** The values of a tensor and of a feature map must be countable. */
  private static void requireSizes(
      String name, Layer layer, ChannelSplit channels, OctaveShape shape) {
    try {
      layer.parameters(); // each checks itself
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: %s", Printable.text(name), e.getMessage()), e);
    }
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
   * @param output what it gives; without low part
   */
  public NetworkGraph build(FeatureMap output) {
    Objects.requireNonNull(output, "output");
    if (output.owner() != this || output == input || output.channels().low() > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the output must be a layer of this network without low part, was %s: %s",
              output.name(),
              output));
    }
    return new NetworkGraph(input, nodes, output);
  }
}
