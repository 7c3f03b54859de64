package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveConv2dBuilder;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.WeightStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A small Oct-ResNet, of the kind {@code oct-resnet-small}: a first octave convolution 3x3,
 * bottleneck blocks with a convolution on each shortcut, a last octave convolution 1x1, the mean
 * over the image and a linear layer. Alpha 0 gives the plain network with the same names.
 *
 * <p>Tensors are named {@code LAYER.conv.{h2h,h2l,l2h,l2l}.weight}, (out, in, k, k), and {@code
 * LAYER.bn_{h,l}.{weight,bias,running_mean,running_var}}.
 */
final class OctResNetSmall {
  private static final String KIND = "oct-resnet-small";

  private final Metadata metadata;
  private final WeightStore weights;
  private final double alpha;
  private final double epsilon;

  private OctResNetSmall(SafetensorsFile file) {
    this.metadata = Metadata.of(file);
    this.weights = WeightStore.of(file);
    this.alpha = metadata.decimal("alpha");
    this.epsilon = metadata.decimal("bn_eps");
  }

  /**
   * Reads a network.
   *
   * @throws IllegalArgumentException if the file is none of this kind, or tensors don't fit
   */
  static Network read(SafetensorsFile file) {
    String kind = Metadata.of(file).text("kind");
    if (!kind.equals(KIND)) {
      throw new IllegalArgumentException(
          "metadata key kind must be %s, was \"%s\"".formatted(KIND, kind));
    }
    return new OctResNetSmall(file).build();
  }

  private Network build() {
    List<Layer> layers = new ArrayList<>();
    int channels = metadata.integer("first_channels");
    layers.add(
        layer(
            "first",
            OctaveConv2d.of(metadata.integer("in_channels"), channels)
                .kernel(3)
                .padding(1)
                .alpha(0, alpha),
            Activation.RELU));
    for (int i = 1; metadata.has("block" + i + "_out"); i++) {
      layers.add(block("block" + i, channels, i == 1 ? 1 : 2));
      channels = metadata.integer("block" + i + "_out");
    }
    int features = metadata.integer("last_channels");
    layers.add(layer("last", OctaveConv2d.of(channels, features).alpha(alpha, 0), Activation.RELU));
    layers.add(new GlobalAveragePool("pool"));
    int classes = metadata.integer("classes");
    layers.add(
        new Linear(
            "fc",
            features,
            classes,
            weights.floats("fc.weight", classes, features),
            weights.floats("fc.bias", classes)));
    weights.verifyComplete(
        name ->
            name.endsWith("num_batches_tracked")
                || name.startsWith("act.")
                || name.equals("input")
                || name.equals("output"));
    return new Network(info(classes), layers);
  }

  private ResidualBlock block(String name, int in, int defaultStride) {
    int mid = metadata.integer(name + "_mid");
    int out = metadata.integer(name + "_out");
    int stride =
        metadata.has(name + "_stride") ? metadata.integer(name + "_stride") : defaultStride;
    return new ResidualBlock(
        name,
        List.of(
            layer(name + ".c1", OctaveConv2d.of(in, mid).alpha(alpha), Activation.RELU),
            layer(
                name + ".c2",
                OctaveConv2d.of(mid, mid).alpha(alpha).kernel(3).padding(1).stride(stride),
                Activation.RELU),
            layer(name + ".c3", OctaveConv2d.of(mid, out).alpha(alpha), Activation.NONE)),
        layer(
            name + ".down", OctaveConv2d.of(in, out).alpha(alpha).stride(stride), Activation.NONE),
        Activation.RELU);
  }

  private ConvBnAct layer(String name, OctaveConv2dBuilder builder, Activation activation) {
    OctaveConv2d spec = builder.build();
    Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
    for (OctavePath path : spec.paths()) {
      String tensor =
          "%s.conv.%s2%s.weight".formatted(name, letter(path.source()), letter(path.destination()));
      kernels.put(path, weights.floats(tensor, spec.weightsShape(path)));
    }
    Map<Frequency, BatchNormFolding.Statistics> norms = new EnumMap<>(Frequency.class);
    for (Frequency frequency : Frequency.values()) {
      int channels = spec.out().of(frequency);
      if (channels > 0) {
        String norm = name + ".bn_" + letter(frequency) + ".";
        norms.put(
            frequency,
            new BatchNormFolding.Statistics(
                weights.floats(norm + "weight", channels),
                weights.floats(norm + "bias", channels),
                weights.floats(norm + "running_mean", channels),
                weights.floats(norm + "running_var", channels)));
      }
    }
    return new ConvBnAct(
        name, spec, BatchNormFolding.fold(spec, kernels, norms, epsilon), activation);
  }

  private static char letter(Frequency frequency) {
    return frequency == Frequency.HIGH ? 'h' : 'l';
  }

  private NetworkInfo info(int classes) {
    int channels = metadata.integer("in_channels");
    List<String> labels = new ArrayList<>();
    if (metadata.has("labels")) {
      labels = metadata.texts("labels");
    } else {
      for (int i = 0; i < classes; i++) {
        labels.add("class " + i);
      }
    }
    float mean = metadata.has("mean") ? (float) metadata.decimal("mean") : 0;
    float std = metadata.has("std") ? (float) metadata.decimal("std") : 1;
    return new NetworkInfo(
        metadata.text("name"),
        channels,
        metadata.integer("height"),
        metadata.integer("width"),
        Collections.nCopies(channels, mean),
        Collections.nCopies(channels, std),
        labels);
  }
}
