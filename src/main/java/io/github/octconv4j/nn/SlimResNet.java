package io.github.octconv4j.nn;

import io.github.octconv4j.nn.ModelLayers.Conv;
import io.github.octconv4j.nn.ModelLayers.Names;
import io.github.octconv4j.octave.Activation;
import java.util.Locale;

/**
 * A ResNet with few parameters for pictures of 64 to 256 pixels, and its octave form: two strided
 * 3x3 convolutions, stages of basic blocks (two 3x3, the first with the stride), the mean and a
 * linear layer. Low channels begin with the second 3x3 of the stem and end with the second 3x3 and
 * the shortcut of the last block. Basic blocks: He et al., "Deep Residual Learning for Image
 * Recognition", CVPR 2016, figure 5; {@code scripts/train_emoji.py} trains it.
 */
final class SlimResNet {
  static final String NAME = "slim_resnet13";

  private static final int STEM = 32;

  /** Channels and blocks of each stage. */
  private static final int[][] STAGES = {{64, 2}, {128, 2}, {192, 1}};

  private final Model model;
  private final ModelLayers layers;
  private final NetworkBuilder net;

  SlimResNet(Model model) {
    this.model = model;
    this.layers = new ModelLayers(model);
    this.net = layers.net();
  }

  NetworkGraph graph() {
    FeatureMap x =
        layers.plain(
            "conv1", "bn1", net.input(), new Conv(layers.scaled(STEM), 3, 2), Activation.RELU);
    Names second = new Names("conv2", "conv2", "bn2");
    x =
        layers.octave(
            second, x, new Conv(layers.scaled(STAGES[0][0]), 3, 2), true, Activation.RELU);
    for (int stage = 0; stage < STAGES.length; stage++) {
      for (int block = 0; block < STAGES[stage][1]; block++) {
        x = block(String.format(Locale.ROOT, "layer%d.%d", stage + 1, block), x, stage, block);
      }
    }
    x = net.globalAverage("pooled", x);
    return net.build(net.linear("fc", x, model.classes(), Activation.NONE));
  }

  private FeatureMap block(String name, FeatureMap x, int stage, int block) {
    boolean last = stage == STAGES.length - 1 && block == STAGES[stage][1] - 1;
    int out = layers.scaled(STAGES[stage][0]);
    int stride = block == 0 && stage > 0 ? 2 : 1;
    FeatureMap inner =
        layers.octave(Names.ofResNet(name, 1), x, new Conv(out, 3, stride), true, Activation.RELU);
    inner =
        layers.octave(Names.ofResNet(name, 2), inner, new Conv(out, 3, 1), !last, Activation.NONE);
    FeatureMap shortcut = x;
    if (block == 0 && stage > 0) {
      Names names = Names.ofShortcut(name);
      shortcut = layers.octave(names, x, Conv.pointwise(out, stride), !last, Activation.NONE);
    }
    return net.sum(name, inner, shortcut, Activation.RELU);
  }
}
