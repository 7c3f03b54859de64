package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Resize;

/**
 * How feature maps are enlarged.
 *
 * @since 0.1.0
 */
public enum Upsampling {
  /** Each element is repeated. */
  NEAREST,
  /**
   * Means of the four elements around, weighed by their distance, with the centres of pixels at a
   * half: PyTorch's {@code bilinear} without {@code align_corners}.
   */
  BILINEAR;

  Resize op() {
    return this == NEAREST
        ? Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR)
        : Resize.of(Resize.Mode.LINEAR, Resize.Coordinates.HALF_PIXEL, Resize.Nearest.FLOOR);
  }
}
