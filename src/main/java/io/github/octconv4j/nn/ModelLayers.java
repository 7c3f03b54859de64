package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Groups;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.Locale;

/**
 * Adds convolutions with batch norm to a model: octave ones where alpha is above 0, plain ones with
 * strides that move the kernel else.
 */
final class ModelLayers {
  private final NetworkBuilder net;
  private final Model model;

  ModelLayers(Model model) {
    this.model = model;
    this.net = new NetworkBuilder(3, model.imageSize(), model.imageSize()).epsilon(model.epsilon());
  }

  NetworkBuilder net() {
    return net;
  }

  /** What a convolution is, beside its input. */
  record Conv(int out, int kernel, int stride, Groups groups) {
    Conv(int out, int kernel, int stride) {
      this(out, kernel, stride, Groups.DENSE);
    }

    static Conv pointwise(int out, int stride) {
      return new Conv(out, 1, stride);
    }
  }

  /** The names of a layer: as an octave module, and of the plain convolution and norm. */
  record Names(String module, String kernel, String norm) {
    /** Of a ResNet's convolution {@code block.conv1} with {@code block.bn1}, or another number. */
    static Names ofResNet(String block, int index) {
      String conv = block + ".conv" + index;
      return new Names(conv, conv, block + ".bn" + index);
    }

    /** Of the convolution in a ResNet's shortcut. */
    static Names ofShortcut(String block) {
      String conv = block + ".downsample.0";
      return new Names(conv, conv, block + ".downsample.1");
    }
  }

  /** Channels of a layer that has so many at width 1. */
  int scaled(int channels) {
    return (int) (channels * model.width());
  }

  /**
   * Adds a layer of the octave part of the network.
   *
   * @param low whether the output has low channels
   */
  FeatureMap octave(Names names, FeatureMap x, Conv conv, boolean low, Activation activation) {
    if (model.alpha() == 0) {
      return plain(names.kernel(), names.norm(), x, conv, activation);
    }
    OctaveConv2d spec = spec(names.module(), x, conv, low);
    return net.convolution(
        names.module(),
        x,
        spec,
        Norm.BATCH,
        activation,
        TensorNames.octave(names.module(), names.kernel(), names.norm()));
  }

  private OctaveConv2d spec(String name, FeatureMap x, Conv conv, boolean low) {
    try {
      return OctaveConv2d.of(x.channels().total(), conv.out())
          .alpha(x.channels().low() > 0 ? model.alpha() : 0, low ? model.alpha() : 0)
          .kernel(conv.kernel())
          .padding(conv.kernel() / 2)
          .stride(conv.stride())
          .groups(conv.groups())
          .strideRule(model.strideRule())
          .sizeRule(SizeRule.FLOOR)
          .build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: %s", name, e.getMessage()), e);
    }
  }

  /** Adds a plain layer, whatever alpha is. */
  FeatureMap plain(String kernel, String norm, FeatureMap x, Conv conv, Activation activation) {
    OctaveConv2d spec =
        OctaveConv2d.of(x.channels().total(), conv.out())
            .kernel(conv.kernel())
            .padding(conv.kernel() / 2)
            .groups(conv.groups())
            .stride(conv.stride())
            .strideRule(StrideRule.MOVE_KERNEL)
            .build();
    return net.convolution(kernel, x, spec, Norm.BATCH, norm, activation);
  }
}
