package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveConv2dBuilder;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

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

  private final SafetensorsFile file;
  private final Metadata metadata;
  private final int height;
  private final int width;
  private final double alpha;
  private final NetworkBuilder net;

  /**
   * Reads what the file says of the network.
   *
   * @param imageSize height and width of the images, 0 for what the file says
   * @throws IllegalArgumentException if the file is none of this kind
   */
  OctResNetSmall(SafetensorsFile file, int imageSize) {
    this.file = file;
    this.metadata = Metadata.of(file);
    String kind = metadata.text("kind");
    if (!kind.equals(KIND)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "metadata key kind must be %s, was %s", KIND, Printable.quote(kind)));
    }
    this.alpha = metadata.decimal("alpha");
    this.height = imageSize == 0 ? metadata.integer("height") : imageSize;
    this.width = imageSize == 0 ? metadata.integer("width") : imageSize;
    this.net =
        new NetworkBuilder(metadata.integer("in_channels"), height, width)
            .epsilon(metadata.decimal("bn_eps"));
  }

  /**
   * Returns the network, which keeps the file open.
   *
   * @throws IllegalArgumentException if tensors don't fit
   */
  Network network() {
    int channels = metadata.integer("first_channels");
    FeatureMap x =
        layer(
            "first",
            net.input(),
            OctaveConv2d.of(metadata.integer("in_channels"), channels)
                .kernel(3)
                .padding(1)
                .alpha(0, alpha),
            Activation.RELU);
    for (int i = 1; metadata.has("block" + i + "_out"); i++) {
      x = block("block" + i, x, i == 1 ? 1 : 2);
    }
    int features = metadata.integer("last_channels");
    x =
        layer(
            "last",
            x,
            OctaveConv2d.of(x.channels().total(), features).alpha(alpha, 0),
            Activation.RELU);
    int classes = metadata.integer("classes");
    x = net.linear("fc", net.globalAverage("pool", x), classes, Activation.NONE);
    return new Network(info(classes), net.build(x), Parameters.of(file), file);
  }

  private FeatureMap block(String name, FeatureMap x, int defaultStride) {
    int in = x.channels().total();
    int mid = metadata.integer(name + "_mid");
    int out = metadata.integer(name + "_out");
    int stride =
        metadata.has(name + "_stride") ? metadata.integer(name + "_stride") : defaultStride;
    FeatureMap y = layer(name + ".c1", x, OctaveConv2d.of(in, mid).alpha(alpha), Activation.RELU);
    y =
        layer(
            name + ".c2",
            y,
            OctaveConv2d.of(mid, mid).alpha(alpha).kernel(3).padding(1).stride(stride),
            Activation.RELU);
    y = layer(name + ".c3", y, OctaveConv2d.of(mid, out).alpha(alpha), Activation.NONE);
    FeatureMap shortcut =
        layer(
            name + ".down",
            x,
            OctaveConv2d.of(in, out).alpha(alpha).stride(stride),
            Activation.NONE);
    return net.sum(name, y, shortcut, Activation.RELU);
  }

  private FeatureMap layer(
      String name, FeatureMap x, OctaveConv2dBuilder spec, Activation activation) {
    TensorNames names = new TensorNames(name + ".conv.", name + ".bn_", name, name + ".norm");
    return net.convolution(name, x, spec.build(), Norm.BATCH, activation, names);
  }

  private NetworkInfo info(int classes) {
    int channels = metadata.integer("in_channels");
    List<String> labels =
        metadata.has("labels") ? metadata.texts("labels") : ModelFile.numbered(classes);
    float mean = metadata.has("mean") ? (float) metadata.decimal("mean") : 0;
    float std = metadata.has("std") ? (float) metadata.decimal("std") : 1;
    return new NetworkInfo(
        metadata.text("name"),
        channels,
        height,
        width,
        0,
        Collections.nCopies(channels, mean),
        Collections.nCopies(channels, std),
        labels);
  }
}
