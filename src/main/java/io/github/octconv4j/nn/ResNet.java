package io.github.octconv4j.nn;

import io.github.octconv4j.nn.ModelLayers.Conv;
import io.github.octconv4j.nn.ModelLayers.Names;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Groups;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * ResNets of bottleneck blocks whose 3x3 convolutions have the stride, ResNeXts and SE-ResNets, and
 * their octave forms: the stem is dense; low channels begin with the first 1x1 convolution and the
 * shortcut of the first stage and end with those of the last one. Sources: He et al., "Deep
 * Residual Learning for Image Recognition", CVPR 2016, table 1; Xie et al., "Aggregated Residual
 * Transformations", CVPR 2017, table 1; Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018;
 * Chen et al., "Drop an Octave", ICCV 2019, section 4.
 */
final class ResNet {
  private static final int STEM = 64;
  private static final int[] PLANES = {64, 128, 256, 512};
  private static final int EXPANSION = 4;
  private static final int REDUCTION = 16;

  /**
   * A table of stages.
   *
   * @param blocks of each stage
   * @param groups of the 3x3 convolutions
   * @param groupWidth channels of each group for 64 planes; 64 without groups
   * @param excites whether blocks end with squeeze-and-excitation
   */
  record Table(List<Integer> blocks, int groups, int groupWidth, boolean excites) {
    static Table of(Integer... blocks) {
      return new Table(List.of(blocks), 1, 64, false);
    }
  }

  static final Map<String, Table> ALL =
      Map.of(
          "resnet26", Table.of(2, 2, 2, 2),
          "resnet50", Table.of(3, 4, 6, 3),
          "resnet101", Table.of(3, 4, 23, 3),
          "resnet152", Table.of(3, 8, 36, 3),
          "resnet200", Table.of(3, 24, 36, 3),
          "resnext50_32x4d", new Table(List.of(3, 4, 6, 3), 32, 4, false),
          "resnext101_32x4d", new Table(List.of(3, 4, 23, 3), 32, 4, false),
          "se_resnet50", new Table(List.of(3, 4, 6, 3), 1, 64, true));

  private final Model model;
  private final Table table;
  private final ModelLayers layers;
  private final NetworkBuilder net;

  ResNet(Model model, Table table) {
    this.model = model;
    this.table = table;
    this.layers = new ModelLayers(model);
    this.net = layers.net();
  }

  NetworkGraph graph() {
    FeatureMap x =
        layers.plain(
            "conv1", "bn1", net.input(), new Conv(layers.scaled(STEM), 7, 2), Activation.RELU);
    x = net.maxPool("stem", x, 3, 2, 1);
    for (int stage = 0; stage < PLANES.length; stage++) {
      for (int block = 0; block < table.blocks.get(stage); block++) {
        x = block(String.format(Locale.ROOT, "layer%d.%d", stage + 1, block), x, stage, block);
      }
    }
    x = net.globalAverage("pooled", x);
    return net.build(net.linear("fc", x, model.classes(), Activation.NONE));
  }

  private FeatureMap block(String name, FeatureMap x, int stage, int block) {
    boolean low = stage < PLANES.length - 1;
    int planes = layers.scaled(PLANES[stage]);
    int groups = table.groups == 1 ? 1 : Math.max(1, layers.scaled(table.groups));
    int width = planes * table.groupWidth * table.groups / 64;
    int stride = block == 0 && stage > 0 ? 2 : 1;
    int out = planes * EXPANSION;
    FeatureMap inner =
        layers.octave(Names.ofResNet(name, 1), x, Conv.pointwise(width, 1), low, Activation.RELU);
    inner =
        layers.octave(
            Names.ofResNet(name, 2),
            inner,
            new Conv(width, 3, stride, Groups.of(groups)),
            low,
            Activation.RELU);
    inner =
        layers.octave(Names.ofResNet(name, 3), inner, Conv.pointwise(out, 1), low, Activation.NONE);
    if (table.excites) {
      inner = net.squeezeExcitation(name + ".se", inner, Math.max(1, out / REDUCTION));
    }
    FeatureMap shortcut = x;
    if (block == 0) {
      Names names = Names.ofShortcut(name);
      shortcut = layers.octave(names, x, Conv.pointwise(out, stride), low, Activation.NONE);
    }
    return net.sum(name, inner, shortcut, Activation.RELU);
  }
}
