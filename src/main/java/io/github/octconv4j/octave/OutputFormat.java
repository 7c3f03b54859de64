package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import java.util.List;

/**
 * How a caller wants the results.
 *
 * @param layout {@link FormatTag#NCHW} or {@link FormatTag#NHWC}
 * @param type element type
 */
public record OutputFormat(FormatTag layout, DataType type) {
  /** Floats in NCHW. */
  public static final OutputFormat NCHW = new OutputFormat(FormatTag.NCHW, DataType.F32);

  /** Floats in NHWC, the layout in which plans work: nothing is copied. */
  public static final OutputFormat NHWC = new OutputFormat(FormatTag.NHWC, DataType.F32);

  /** Checks the layout. */
  public OutputFormat {
    if (layout.rank() != 4) {
      throw new IllegalArgumentException("layout must be NCHW or NHWC, was " + layout);
    }
  }

  /**
   * Returns the format of a tensor.
   *
   * @throws IllegalArgumentException if its parts differ, or are neither NCHW nor NHWC
   */
  static OutputFormat of(OctaveTensor tensor) {
    OutputFormat high = tensor.hasHigh() ? of("high", tensor.high().desc()) : null;
    OutputFormat low = tensor.hasLow() ? of("low", tensor.low().desc()) : null;
    if (high != null && low != null && !high.equals(low)) {
      throw new IllegalArgumentException(
          "high and low must have the same type and layout, were %s and %s"
              .formatted(tensor.high().desc(), tensor.low().desc()));
    }
    return high != null ? high : low;
  }

  private static OutputFormat of(String name, MemoryDesc desc) {
    for (FormatTag layout : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
      if (desc.has(layout)) {
        return new OutputFormat(layout, desc.type());
      }
    }
    throw new IllegalArgumentException(
        "%s must be densely packed NCHW or NHWC, was %s".formatted(name, desc));
  }
}
