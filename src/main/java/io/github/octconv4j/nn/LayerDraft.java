package io.github.octconv4j.nn;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A layer on its way into a graph: its nodes and the tensors that they read. Values of the high
 * part end with {@code .h}, those of the low one with {@code .l}.
 */
final class LayerDraft {
  private final String name;
  private final Values values;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Parameter> tensors = new LinkedHashMap<>();
  private final Map<Frequency, String> outputs = new EnumMap<>(Frequency.class);
  private long multiplyAdds;

  /** The names of a network's values, and its constants. */
  interface Values {
    /** A name that no other value has, this one where it is free. */
    String name(String wanted);

    /** The value of a constant. */
    String constant(TensorData data);
  }

  LayerDraft(String name, Values values) {
    this.name = name;
    this.values = values;
  }

  /** The layer with its output. */
  LayerNodes done(List<FeatureMap> inputs, FeatureMap output) {
    return new LayerNodes(inputs, nodes, tensors, multiplyAdds, output);
  }

  /** Names what the layer gives after it: with {@code .h} and {@code .l} where it has two parts. */
  void nameOutputs() {
    for (Map.Entry<Frequency, String> output : outputs.entrySet()) {
      String old = output.getValue();
      if (nodes.stream().anyMatch(node -> node.outputs().contains(old))) {
        String wanted = outputs.size() > 1 ? name + suffix(output.getKey()) : name;
        String value = values.name(wanted);
        nodes.replaceAll(
            node ->
                new Node(
                    node.name(),
                    node.op(),
                    renamed(node.inputs(), old, value),
                    renamed(node.outputs(), old, value)));
        output.setValue(value);
      }
    }
  }

  private static List<String> renamed(List<String> names, String old, String value) {
    return names.stream().map(name -> name.equals(old) ? value : name).toList();
  }

  /** The value of a part of the output, empty for none. */
  String output(Frequency frequency) {
    return outputs.getOrDefault(frequency, "");
  }

  List<Parameter> parameters() {
    return List.copyOf(tensors.values());
  }

  private static String suffix(Frequency frequency) {
    return frequency == Frequency.HIGH ? ".h" : ".l";
  }

  private String tensor(Parameter parameter) {
    String value = values.name(parameter.name());
    tensors.put(value, parameter);
    return value;
  }

  /** Adds a node of the layer's own name. */
  private String add(Op op, String... inputs) {
    return add("", op, inputs);
  }

  /** Adds a node that is a part of the layer. */
  private String add(String part, Op op, String... inputs) {
    String node = part.isEmpty() ? name : name + "/" + part;
    String output = values.name(name + "/" + (part.isEmpty() ? op.name() : part));
    nodes.add(new Node(node, op, Arrays.asList(inputs), List.of(output)));
    return output;
  }

  private String longs(long... numbers) {
    return values.constant(TensorData.ofLongs(numbers));
  }

  /** Adds a function of a value; none adds nothing. */
  private String activated(String x, Activation activation) {
    OutputFunction function =
        switch (activation) {
          case NONE -> OutputFunction.NONE;
          case RELU -> OutputFunction.RELU;
          case RELU6 -> OutputFunction.RELU6;
          case SILU -> OutputFunction.SWISH;
          case SIGMOID -> OutputFunction.SIGMOID;
          case TANH -> OutputFunction.TANH;
          case HARD_SIGMOID -> OutputFunction.HARD_SIGMOID;
          case HARD_SWISH -> OutputFunction.HARD_SWISH;
        };
    if (function == OutputFunction.NONE) {
      return x;
    }
    Op op = function.op();
    return op instanceof Clip
        ? add(
            op,
            x,
            values.constant(TensorData.of(new float[] {0})),
            values.constant(TensorData.of(new float[] {6})))
        : add(op, x);
  }

  /** Does the same with each part of a map. */
  void each(FeatureMap x, Function<Frequency, String> steps) {
    for (Frequency frequency : Frequency.values()) {
      if (x.channels().of(frequency) > 0) {
        outputs.put(frequency, steps.apply(frequency));
      }
    }
  }

  /** One operation on each part of a map. */
  void each(FeatureMap x, Op op) {
    each(x, frequency -> add(op, x.value(frequency)));
  }

  void activation(FeatureMap x, Activation activation) {
    each(x, frequency -> activated(x.value(frequency), activation));
  }

  void sum(FeatureMap first, FeatureMap second, Activation activation) {
    Op add = new Binary(BinaryFunction.ADD);
    each(
        first,
        frequency ->
            activated(add(add, first.value(frequency), second.value(frequency)), activation));
  }

  void concat(List<FeatureMap> maps) {
    for (Frequency frequency : Frequency.values()) {
      List<String> parts =
          maps.stream().map(map -> map.value(frequency)).filter(value -> !value.isEmpty()).toList();
      if (parts.size() == 1) {
        outputs.put(frequency, parts.getFirst());
      } else if (!parts.isEmpty()) {
        outputs.put(frequency, add(new Concat(1), parts.toArray(String[]::new)));
      }
    }
  }

  void pad(FeatureMap x, Padding p) {
    each(
        x,
        frequency -> {
          int by = frequency == Frequency.HIGH ? 1 : 2;
          String pads =
              longs(0, 0, p.top() / by, p.left() / by, 0, 0, p.bottom() / by, p.right() / by);
          return add(new Pad(PadMode.CONSTANT), x.value(frequency), pads);
        });
  }

  void resize(FeatureMap x, Op op, int factor) {
    String scales = values.constant(TensorData.of(new float[] {1, 1, factor, factor}, 4));
    each(x, frequency -> add(op, x.value(frequency), "", scales));
  }

  void batchNorm(FeatureMap x, ConvolutionTensors norms, double epsilon, Activation activation) {
    each(
        x,
        frequency -> activated(normed(x.value(frequency), norms, frequency, epsilon), activation));
  }

  private String normed(String x, ConvolutionTensors norms, Frequency frequency, double epsilon) {
    List<String> inputs = new ArrayList<>(List.of(x));
    norms.norm(frequency).forEach(parameter -> inputs.add(tensor(parameter)));
    return add(
        "norm" + suffix(frequency),
        new BatchNormalization((float) epsilon, 0.9f, false),
        inputs.toArray(String[]::new));
  }

  /**
   * An octave convolution or a plain one, with what follows it.
   *
   * @param output the size of what it gives
   */
  void convolution(
      FeatureMap x,
      OctaveShape output,
      OctaveConv2d spec,
      TensorNames names,
      Norm norm,
      double epsilon,
      Activation activation) {
    multiplyAdds += spec.multiplyAdds(x.shape());
    ConvolutionTensors own = new ConvolutionTensors(spec, names);
    Map<OctavePath, String> kernels = new EnumMap<>(OctavePath.class);
    Map<Frequency, String> biases = new EnumMap<>(Frequency.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, tensor(own.kernel(path)));
      if (norm == Norm.BIAS && own.hasBias(path)) {
        biases.put(path.destination(), tensor(own.bias(path)));
      }
    }
    boolean plain =
        spec.in().low() == 0
            && spec.out().low() == 0
            && (spec.stride() == 1 || spec.strideRule() == StrideRule.MOVE_KERNEL);
    Map<Frequency, String> y =
        plain ? plain(x, spec, kernels, biases) : octave(x, spec, kernels, biases);
    y.forEach(
        (frequency, value) -> {
          String result = norm == Norm.BATCH ? normed(value, own, frequency, epsilon) : value;
          result = activated(result, activation);
          outputs.put(frequency, frequency == Frequency.HIGH ? odd(output, spec, result) : result);
        });
  }

  private static Window window(OctaveConv2d spec, long stride) {
    Padding p = spec.padding();
    return new Window(
        AutoPad.NOTSET,
        List.of((long) spec.kernelHeight(), (long) spec.kernelWidth()),
        List.of(stride, stride),
        List.of((long) spec.dilationHeight(), (long) spec.dilationWidth()),
        List.of((long) p.top(), (long) p.left(), (long) p.bottom(), (long) p.right()),
        false);
  }

  private Map<Frequency, String> plain(
      FeatureMap x,
      OctaveConv2d spec,
      Map<OctavePath, String> kernels,
      Map<Frequency, String> biases) {
    List<String> inputs = new ArrayList<>(List.of(x.value(Frequency.HIGH)));
    inputs.addAll(kernels.values());
    inputs.addAll(biases.values());
    Conv conv = new Conv(window(spec, spec.stride()), spec.groups(OctavePath.HH));
    return Map.of(Frequency.HIGH, add(conv, inputs.toArray(String[]::new)));
  }

  private Map<Frequency, String> octave(
      FeatureMap x,
      OctaveConv2d spec,
      Map<OctavePath, String> kernels,
      Map<Frequency, String> biases) {
    List<String> inputs = new ArrayList<>();
    for (Frequency frequency : Frequency.values()) {
      boolean read = kernels.keySet().stream().anyMatch(path -> path.source() == frequency);
      inputs.add(read ? x.value(frequency) : "");
    }
    for (OctavePath path : List.of(OctavePath.HH, OctavePath.HL, OctavePath.LH, OctavePath.LL)) {
      inputs.add(kernels.getOrDefault(path, ""));
    }
    inputs.add(biases.getOrDefault(Frequency.HIGH, ""));
    inputs.add(biases.getOrDefault(Frequency.LOW, ""));
    boolean halves = spec.stride() == 2;
    OctaveConv op =
        new OctaveConv(
            window(spec, 1),
            halves,
            halves && spec.strideRule() == StrideRule.KEEP_LOW,
            spec.sizeRule() == SizeRule.CEIL,
            OutputFunction.NONE);
    Map<Frequency, String> y = new EnumMap<>(Frequency.class);
    List<String> results = new ArrayList<>();
    for (Frequency frequency : Frequency.values()) {
      String value =
          spec.out().of(frequency) == 0 ? "" : values.name(name + "/conv" + suffix(frequency));
      results.add(value);
      if (!value.isEmpty()) {
        y.put(frequency, value);
      }
    }
    nodes.add(new Node(name, op, inputs, results));
    return y;
  }

  /**
   * What is upsampled where no high part says the size is twice the low one; an image that was of
   * an odd size before keeps it.
   */
  private String odd(OctaveShape output, OctaveConv2d spec, String value) {
    boolean keepsLow = spec.stride() == 2 && spec.strideRule() == StrideRule.KEEP_LOW;
    if (spec.in().high() > 0 || keepsLow) {
      return value;
    }
    boolean ceil = spec.sizeRule() == SizeRule.CEIL;
    long rows = output.height() % 2;
    long columns = output.width() % 2;
    if (rows + columns == 0) {
      return value;
    }
    return ceil
        ? add(
            "cut",
            new Slice(),
            value,
            longs(0, 0),
            longs(output.height(), output.width()),
            longs(2, 3))
        : add("edge", new Pad(PadMode.EDGE), value, longs(0, 0, 0, 0, 0, 0, rows, columns));
  }

  /** A transposed convolution of the high part, which is all there is. */
  void transposed(
      FeatureMap x,
      ConvTranspose op,
      Parameter weight,
      List<Parameter> bias,
      long multiplyAdds,
      Activation activation) {
    this.multiplyAdds += multiplyAdds;
    List<String> inputs = new ArrayList<>(List.of(x.value(Frequency.HIGH), tensor(weight)));
    bias.forEach(parameter -> inputs.add(tensor(parameter)));
    outputs.put(Frequency.HIGH, activated(add(op, inputs.toArray(String[]::new)), activation));
  }

  // ---- layers on vectors

  private String rows(String x) {
    return add("rows", new Flatten(1), x);
  }

  private String pixels(String x) {
    return add("pixels", new Unsqueeze(), x, longs(2, 3));
  }

  void softmax(FeatureMap x) {
    String rows = rows(x.value(Frequency.HIGH));
    outputs.put(Frequency.HIGH, pixels(add(new Softmax(SoftmaxKind.SOFTMAX, 1), rows)));
  }

  void linear(FeatureMap x, Parameter weight, Parameter bias, int out, Activation activation) {
    multiplyAdds += (long) x.channels().total() * out;
    Map<Frequency, String> in = new EnumMap<>(Frequency.class);
    for (Frequency frequency : Frequency.values()) {
      if (x.channels().of(frequency) > 0) {
        in.put(frequency, rows(x.value(frequency)));
      }
    }
    String y = product("", in, x.channels(), tensor(weight), tensor(bias));
    outputs.put(Frequency.HIGH, pixels(activated(y, activation)));
  }

  /** {@code x * weights^T + bias}, a product for each part of the input. */
  private String product(
      String part, Map<Frequency, String> in, ChannelSplit channels, String weight, String bias) {
    Gemm gemm = new Gemm(1, 1, false, true);
    if (!channels.hasBoth()) {
      return add(part, gemm, in.values().iterator().next(), weight, bias);
    }
    String high = columns(weight, 0, channels.high());
    String low = columns(weight, channels.high(), channels.total());
    String first = add(part + ".h", gemm, in.getOrDefault(Frequency.HIGH, ""), high, bias);
    String second = add(part + ".l", gemm, in.getOrDefault(Frequency.LOW, ""), low);
    return add(part + ".sum", new Binary(BinaryFunction.ADD), first, second);
  }

  private String columns(String matrix, long first, long end) {
    return add("columns", new Slice(), matrix, longs(first), longs(end), longs(1));
  }

  private String channels(String value, long first, long end) {
    return add("channels", new Slice(), value, longs(first), longs(end), longs(0));
  }

  /**
   * Squeeze and excitation: {@code y = x * sigmoid(W_2 relu(W_1 mean(x) + b_1) + b_2)}, channel by
   * channel. The means of both parts, the high ones first, go through one excitation. Source: Hu et
   * al., "Squeeze-and-Excitation Networks", CVPR 2018.
   *
   * @param parameters weight and bias of the first linear layer, and of the second
   */
  void squeezeExcitation(FeatureMap x, int squeezed, List<Parameter> parameters) {
    ChannelSplit channels = x.channels();
    multiplyAdds += 2L * squeezed * channels.total();
    List<String> given = parameters.stream().map(this::tensor).toList();
    Map<Frequency, String> means = new EnumMap<>(Frequency.class);
    each(
        x,
        frequency -> {
          String mean =
              add(
                  "mean" + suffix(frequency),
                  new GlobalPool(PoolKind.AVERAGE, 0),
                  x.value(frequency));
          means.put(frequency, rows(mean));
          return "";
        });
    String first = matrix(given.get(0), squeezed, channels.total());
    String second = matrix(given.get(2), channels.total(), squeezed);
    String inner = product("fc1", means, channels, first, given.get(1));
    String relu = add("relu", Unary.of(UnaryFunction.RELU), inner);
    each(x, frequency -> scaled(x, frequency, relu, second, given.get(3)));
  }

  private String matrix(String weights, long rows, long columns) {
    return add("matrix", new Reshape(false), weights, longs(rows, columns));
  }

  private String scaled(
      FeatureMap x, Frequency frequency, String inner, String weights, String bias) {
    ChannelSplit channels = x.channels();
    String w = weights;
    String b = bias;
    if (channels.hasBoth()) {
      long from = frequency == Frequency.HIGH ? 0 : channels.high();
      long to = from + channels.of(frequency);
      w = channels(weights, from, to);
      b = channels(bias, from, to);
    }
    String excited = add("fc2" + suffix(frequency), new Gemm(1, 1, false, true), inner, w, b);
    String scale = pixels(add("gate", Unary.of(UnaryFunction.SIGMOID), excited));
    return add(new Binary(BinaryFunction.MUL), x.value(frequency), scale);
  }
}
