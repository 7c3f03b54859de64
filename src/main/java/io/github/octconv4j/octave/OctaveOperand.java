package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An octave feature map inside a program that is being built.
 *
 * @param channels its channels; the parts may hold more, filled with zeros
 * @param shape its size
 * @param layout of both parts
 * @param high the high part, null where there is none
 * @param low the low part, null where there is none
 * @since 0.1.0
 */
public record OctaveOperand(
    ChannelSplit channels,
    OctaveShape shape,
    Layout layout,
    @Nullable Operand high,
    @Nullable Operand low) {
  /** Checks for nulls. */
  public OctaveOperand {
    Objects.requireNonNull(channels, "channels");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(layout, "layout");
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

  /** Some images of the batch. */
  OctaveOperand images(int first, int count) {
    return new OctaveOperand(
        channels,
        new OctaveShape(count, shape.height(), shape.width(), shape.lowHeight(), shape.lowWidth()),
        layout,
        high == null ? null : Images.ofBatch(high, layout, first, count),
        low == null ? null : Images.ofBatch(low, layout, first, count));
  }

  /** A thread's share of the channels of each part, in whole blocks; perhaps nothing of a part. */
  OctaveOperand channelShare(int index, int of) {
    return new OctaveOperand(
        channels, shape, layout, channelShare(high, index, of), channelShare(low, index, of));
  }

  private static @Nullable Operand channelShare(@Nullable Operand part, int index, int of) {
    if (part == null) {
      return null;
    }
    Share share = Share.of(Math.toIntExact(part.desc().dim(1)), Layout.blockSize(), index, of);
    return share.count() == 0 ? null : Images.channels(part, share.first(), share.count());
  }
}
