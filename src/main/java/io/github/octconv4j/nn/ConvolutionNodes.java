package io.github.octconv4j.nn;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of a convolution with its batch norm and activation.
 *
 * @param layer that gets them
 */
record ConvolutionNodes(LayerDraft layer) {
  /**
   * An octave convolution or a plain one.
   *
   * @param output the size of what it gives
   */
  void convolution(
      FeatureMap x,
      OctaveShape output,
      ConvolutionTensors tensors,
      Norm norm,
      double epsilon,
      Activation activation) {
    OctaveConv2d spec = tensors.spec();
    layer.count(spec.multiplyAdds(x.shape()));
    Map<OctavePath, String> kernels = new EnumMap<>(OctavePath.class);
    Map<Frequency, String> biases = new EnumMap<>(Frequency.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, layer.tensor(tensors.kernel(path)));
      if (norm == Norm.BIAS && tensors.hasBias(path)) {
        biases.put(path.destination(), layer.tensor(tensors.bias(path)));
      }
    }
    boolean plain =
        spec.in().low() == 0
            && spec.out().low() == 0
            && (spec.stride() == 1 || spec.strideRule() == StrideRule.MOVE_KERNEL);
    Map<Frequency, String> y =
        plain ? plain(x, spec, kernels, biases) : octave(x, spec, kernels, biases);
    y.forEach(
        (part, value) -> {
          String result = norm == Norm.BATCH ? normed(value, tensors, part, epsilon) : value;
          result = layer.activated(result, activation);
          layer.output(part, part == Frequency.HIGH ? odd(output, spec, result) : result);
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
    return Map.of(Frequency.HIGH, layer.add(conv, inputs.toArray(String[]::new)));
  }

  private Map<Frequency, String> octave(
      FeatureMap x,
      OctaveConv2d spec,
      Map<OctavePath, String> kernels,
      Map<Frequency, String> biases) {
    List<String> inputs = new ArrayList<>();
    for (Frequency part : Frequency.values()) {
      boolean read = kernels.keySet().stream().anyMatch(path -> path.source() == part);
      inputs.add(read ? x.value(part) : "");
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
    for (Frequency part : Frequency.values()) {
      String value = spec.out().of(part) == 0 ? "" : layer.value("conv" + FeatureMap.suffix(part));
      results.add(value);
      if (!value.isEmpty()) {
        y.put(part, value);
      }
    }
    layer.add(op, inputs, results);
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
        ? layer.add(
            "cut",
            new Slice(),
            value,
            layer.longs(0, 0),
            layer.longs(output.height(), output.width()),
            layer.longs(2, 3))
        : layer.add(
            "edge", new Pad(PadMode.EDGE), value, layer.longs(0, 0, 0, 0, 0, 0, rows, columns));
  }

  /** A transposed convolution of the high part, which is all there is. */
  void transposed(
      FeatureMap x, ConvTranspose op, Parameter weight, Parameter bias, Activation activation) {
    layer.count(weight.count() * x.shape().height() * x.shape().width());
    String y = layer.add(op, x.value(Frequency.HIGH), layer.tensor(weight), layer.tensor(bias));
    layer.output(Frequency.HIGH, layer.activated(y, activation));
  }

  /** Batch norm by itself. */
  void batchNorm(FeatureMap x, ConvolutionTensors norms, double epsilon, Activation activation) {
    layer.forParts(
        x, part -> layer.activated(normed(x.value(part), norms, part, epsilon), activation));
  }

  private String normed(String x, ConvolutionTensors norms, Frequency part, double epsilon) {
    List<String> inputs = new ArrayList<>(List.of(x));
    norms.norm(part).forEach(parameter -> inputs.add(layer.tensor(parameter)));
    return layer.add(
        "norm" + FeatureMap.suffix(part),
        new BatchNormalization((float) epsilon, 0.9f, false),
        inputs.toArray(String[]::new));
  }
}
