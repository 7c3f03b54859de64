package io.github.octconv4j.nn;

import io.github.octconv4j.nn.ModelLayers.Conv;
import io.github.octconv4j.nn.ModelLayers.Names;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Groups;

/**
 * MobileNet v2 and its octave form: in the blocks before that of the last stride the expanded
 * channels have a low part; what blocks hand on, and add, has none. Sources: Sandler et al.,
 * "MobileNetV2", CVPR 2018, table 2; the split is that of facebookresearch/OctConv.
 */
final class MobileNetV2 {
  static final String NAME = "mobilenet_v2";

  private static final int STEM = 32;
  private static final int LAST = 1280;
  private static final int DIVISOR = 8;
  private static final int FIRST_OCTAVE = 2; // numbers of the blocks with low parts inside
  private static final int LAST_OCTAVE = 13;

  /** Rows of the table: expansion, channels, blocks, stride of the first. */
  private static final int[][] TABLE = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private final Model model;
  private final ModelLayers layers;
  private final NetworkBuilder net;
  private int number;

  MobileNetV2(Model model) {
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
            new Conv(scaled(STEM), 3, 2),
            Activation.RELU6);
    for (int[] row : TABLE) {
      for (int i = 0; i < row[2]; i++) {
        number++;
        x = block(x, row[0], scaled(row[1]), i == 0 ? row[3] : 1);
      }
    }
    number++;
    String last = "features." + number;
    int channels = divisible(LAST * Math.max(1, model.width()));
    x = layers.plain(last + ".0", last + ".1", x, Conv.pointwise(channels, 1), Activation.RELU6);
    x = net.globalAverage("pooled", x);
    return net.build(net.linear("classifier.1", x, model.classes(), Activation.NONE));
  }

  private FeatureMap block(FeatureMap x, int expansion, int out, int stride) {
    String name = "features." + number;
    String conv = name + ".conv.";
    int in = x.channels().total();
    int wide = in * expansion;
    boolean low = number >= FIRST_OCTAVE && number <= LAST_OCTAVE;
    int part = 0;
    FeatureMap inner = x;
    if (expansion > 1) {
      inner =
          layers.octave(names(conv, part++), inner, Conv.pointwise(wide, 1), low, Activation.RELU6);
    }
    inner =
        layers.octave(
            names(conv, part++),
            inner,
            new Conv(wide, 3, stride, Groups.DEPTHWISE),
            low,
            Activation.RELU6);
    inner =
        layers.octave(
            new Names(conv + part, conv + part, conv + (part + 1)),
            inner,
            Conv.pointwise(out, 1),
            false,
            Activation.NONE);
    return stride == 1 && in == out ? net.sum(name, inner, x, Activation.NONE) : inner;
  }

  private static Names names(String conv, int part) {
    String prefix = conv + part;
    return new Names(prefix, prefix + ".0", prefix + ".1");
  }

  private int scaled(int channels) {
    return divisible(channels * model.width());
  }

  /** The nearest multiple of 8 that is at least 90 % of the value. */
  private static int divisible(double value) {
    int rounded = Math.max(DIVISOR, (int) (value + DIVISOR / 2.0) / DIVISOR * DIVISOR);
    return rounded < 0.9 * value ? rounded + DIVISOR : rounded;
  }
}
