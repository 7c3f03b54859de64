package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Describes an octave feature map: dimensions (n, c, h, w), type and layout of each part.
 *
 * @param high the high part, null where there is none
 * @param low the low part, null where there is none
 * @since 0.1.0
 */
public record OctaveDesc(@Nullable MemoryDesc high, @Nullable MemoryDesc low) {
  /** Checks that there is a part. */
  public OctaveDesc {
    if (high == null && low == null) {
      throw new IllegalArgumentException("a feature map needs a high or a low part");
    }
  }

  /** Returns the description of a tensor. */
  public static OctaveDesc of(OctaveTensor tensor) {
    Objects.requireNonNull(tensor, "tensor");
    return new OctaveDesc(
        tensor.hasHigh() ? tensor.high().desc() : null,
        tensor.hasLow() ? tensor.low().desc() : null);
  }

  /** Returns a description that leaves layout and type to the plan. */
  public static OctaveDesc any(ChannelSplit channels, OctaveShape shape) {
    Objects.requireNonNull(channels, "channels");
    Objects.requireNonNull(shape, "shape");
    return new OctaveDesc(
        any(Frequency.HIGH, channels, shape), any(Frequency.LOW, channels, shape));
  }

  private static @Nullable MemoryDesc any(
      Frequency frequency, ChannelSplit channels, OctaveShape shape) {
    int c = channels.of(frequency);
    return c == 0 ? null : MemoryDesc.of(DataType.F32, FormatTag.ANY, shape.dims(frequency, c));
  }

  /** Returns the elements of both parts. */
  public long elements() {
    return (high == null ? 0 : high.elements()) + (low == null ? 0 : low.elements());
  }

  /** Returns the bytes of both parts. */
  public long bytes() {
    return (high == null ? 0 : high.bytes()) + (low == null ? 0 : low.bytes());
  }

  /**
   * Returns the size, which must be one that the specification takes.
   *
   * @throws IllegalArgumentException if channels or sizes don't fit; the message names both
   */
  OctaveShape shape(OctaveConv2d spec) {
    requireChannels("high", high, spec.in().high());
    requireChannels("low", low, spec.in().low());
    if (high == null) {
      MemoryDesc low = Objects.requireNonNull(this.low); // the constructor asks for one of them
      int h = Math.toIntExact(low.dim(2));
      int w = Math.toIntExact(low.dim(3));
      return new OctaveShape(
          Math.toIntExact(low.dim(0)), Math.multiplyExact(2, h), Math.multiplyExact(2, w), h, w);
    }
    OctaveShape shape =
        OctaveShape.of(
            Math.toIntExact(high.dim(0)),
            Math.toIntExact(high.dim(2)),
            Math.toIntExact(high.dim(3)),
            spec.sizeRule());
    if (low != null
        && (low.dim(0) != shape.batch()
            || low.dim(2) != shape.lowHeight()
            || low.dim(3) != shape.lowWidth())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "high %s needs a low part of batch %d and size %dx%d with the size rule %s, was %s",
              high,
              shape.batch(),
              shape.lowHeight(),
              shape.lowWidth(),
              spec.sizeRule(),
              low));
    }
    return shape;
  }

  private static void requireChannels(String name, @Nullable MemoryDesc desc, int channels) {
    boolean fits = desc == null ? channels == 0 : desc.rank() == 4 && desc.dim(1) == channels;
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s part must be (n, %d, h, w)%s, was %s",
              name,
              channels,
              channels == 0 ? ", that is absent" : "",
              desc));
    }
  }
}
