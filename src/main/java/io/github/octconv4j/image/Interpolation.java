package io.github.octconv4j.image;

/**
 * How a picture is resized as Pillow, and with it torchvision, does it: in 8 bits, first across and
 * then down, each new pixel a weighted mean of old ones. Shrinking widens the filter, so that every
 * old pixel counts ("antialias").
 *
 * @since 0.1.0
 */
public enum Interpolation {
  /** A triangle: Pillow's {@code BILINEAR}, what torchvision's ResNets and MobileNets use. */
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      return Math.max(0, 1 - Math.abs(distance));
    }
  },

  /** Cubic curves with a = -1/2: Pillow's {@code BICUBIC}, what many weights of timm use. */
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      if (x < 1) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
  };

  private static final double A = -0.5;

  private final int support;

  Interpolation(int support) {
    this.support = support;
  }

  /** The distance from which weights are 0. */
  int support() {
    return support;
  }

  /** The weight of a pixel in that distance, before all are made to add up to 1. */
  abstract double weight(double distance);
}
