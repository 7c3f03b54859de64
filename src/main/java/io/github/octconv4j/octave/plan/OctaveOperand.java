package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveShape;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An octave feature map inside a program that is being built. A value that checks itself.
 *
 * @param channels its channels; parts in blocks may hold more, filled with zeros
 * @param shape its size
 * @param layout of both parts
 * @param high the high part, null where there is none
 * @param low the low part, null where there is none
 */
public record OctaveOperand(
    ChannelSplit channels,
    OctaveShape shape,
    Layout layout,
    @Nullable Operand high,
    @Nullable Operand low) {
  /** Checks that each part is there if it has channels, in this layout and of this size. */
  public OctaveOperand {
    check(Frequency.HIGH, high, channels, shape, layout);
    check(Frequency.LOW, low, channels, shape, layout);
  }

  private static void check(
      Frequency frequency,
      @Nullable Operand part,
      ChannelSplit channels,
      OctaveShape shape,
      Layout layout) {
    int count = channels.of(frequency);
    boolean fits = (part == null) == (count == 0);
    if (fits && part != null) {
      MemoryDesc desc = part.desc();
      long[] dims = Geometry.dims(shape, frequency, count);
      fits =
          desc.rank() == 4
              && desc.dim(0) == dims[0]
              && desc.dim(1) >= count
              && desc.dim(1) <= layout.padded(count)
              && desc.dim(2) == dims[2]
              && desc.dim(3) == dims[3]
              && desc.has(layout.tag());
    }
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the %s part of %s in %s and %s must be %s, was %s",
              frequency.name().toLowerCase(Locale.ROOT),
              channels,
              layout,
              shape,
              count == 0 ? "absent" : Arrays.toString(Geometry.dims(shape, frequency, count)),
              part));
    }
  }

  /**
   * Returns the high part.
   *
   * @throws IllegalStateException if there is none
   */
  public Operand requireHigh() {
    return require("high", high);
  }

  /**
   * Returns the low part.
   *
   * @throws IllegalStateException if there is none
   */
  public Operand requireLow() {
    return require("low", low);
  }

  private Operand require(String name, @Nullable Operand part) {
    if (part == null) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%s has no %s part", channels, name));
    }
    return part;
  }
}
