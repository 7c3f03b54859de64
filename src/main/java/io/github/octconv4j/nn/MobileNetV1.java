package io.github.octconv4j.nn;

import io.github.octconv4j.nn.ModelLayers.Conv;
import io.github.octconv4j.nn.ModelLayers.Names;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Groups;

/**
 * MobileNet v1 and its octave form: low channels begin with the first 1x1 convolution and end with
 * that before the last stride. Sources: Howard et al., "MobileNets", arXiv 1704.04861, table 1; the
 * split is that of d-li14/octconv.pytorch.
 */
final class MobileNetV1 {
  static final String NAME = "mobilenet_v1";

  private static final int STEM = 32;
  private static final int[] CHANNELS = {
    64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024
  };
  private static final int[] STRIDES = {1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1};
  private static final int LAST_OCTAVE = 10; // index of the block whose output has no low part

  private final Model model;
  private final ModelLayers layers;
  private final NetworkBuilder net;

  MobileNetV1(Model model) {
    this.model = model;
    this.layers = new ModelLayers(model);
    this.net = layers.net();
  }

  NetworkGraph graph() {
    FeatureMap x =
        layers.plain(
            "features.0.0",
            "features.0.1",
            net.input(),
            new Conv(layers.scaled(STEM), 3, 2),
            Activation.RELU);
    for (int i = 0; i < CHANNELS.length; i++) {
      String name = "features." + (i + 1);
      int in = x.channels().total();
      x =
          layers.octave(
              new Names(name + ".0", name + ".0", name + ".1"),
              x,
              new Conv(in, 3, STRIDES[i], Groups.DEPTHWISE),
              x.channels().low() > 0,
              Activation.RELU);
      x =
          layers.octave(
              new Names(name + ".1", name + ".3", name + ".4"),
              x,
              Conv.pointwise(layers.scaled(CHANNELS[i]), 1),
              i < LAST_OCTAVE,
              Activation.RELU);
    }
    x = net.globalAverage("pooled", x);
    return net.build(net.linear("fc", x, model.classes(), Activation.NONE));
  }
}
