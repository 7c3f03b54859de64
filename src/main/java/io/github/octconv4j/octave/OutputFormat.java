package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import java.util.List;
import java.util.Locale;

/**
 * How a caller wants the results.
 *
 * @param layout {@link FormatTag#NCHW} or {@link FormatTag#NHWC}, or {@link FormatTag#ANY} for what
 *     the plan works in
 * @param type F32 or BF16; without effect with {@code ANY}
 * @since 0.1.0
 */
public record OutputFormat(FormatTag layout, DataType type) {
  /** Floats in NCHW. */
  public static final OutputFormat NCHW = new OutputFormat(FormatTag.NCHW, DataType.F32);

  /** Floats in NHWC, the layout in which plans work: nothing is copied. */
  public static final OutputFormat NHWC = new OutputFormat(FormatTag.NHWC, DataType.F32);

  /** What the plan works in, without a copy; {@link OctavePlan#output} tells what that is. */
  public static final OutputFormat ANY = new OutputFormat(FormatTag.ANY, DataType.F32);

  /** Checks the layout. */
  public OutputFormat {
    if (layout != FormatTag.NCHW && layout != FormatTag.NHWC && layout != FormatTag.ANY) {
      throw new IllegalArgumentException("layout must be NCHW, NHWC or ANY, was " + layout);
    }
    if (type != DataType.F32 && type != DataType.BF16) {
      throw new IllegalArgumentException("type must be F32 or BF16, was " + type);
    }
  }

  /**
   * Returns the format of a tensor.
   *
   * @throws IllegalArgumentException if its parts differ, or are neither NCHW nor NHWC
   */
  static OutputFormat of(OctaveTensor tensor) {
    MemoryDesc high = tensor.hasHigh() ? tensor.high().desc() : tensor.low().desc();
    MemoryDesc low = tensor.hasLow() ? tensor.low().desc() : high;
    // A part of one channel, or of one pixel, has both layouts: the other part decides.
    for (FormatTag layout : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
      if (high.has(layout) && low.has(layout) && high.type() == low.type()) {
        return new OutputFormat(layout, high.type());
      }
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "high and low must have the same type and be densely packed NCHW or NHWC, were %s and %s",
            high,
            low));
  }
}
