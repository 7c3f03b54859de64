package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.octave.plan.Geometry;
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
    return c == 0
        ? null
        : MemoryDesc.of(DataType.F32, FormatTag.ANY, Geometry.dims(shape, frequency, c));
  }

  /** Returns the elements of both parts. */
  public long elements() {
    return (high == null ? 0 : high.elements()) + (low == null ? 0 : low.elements());
  }

  /** Returns the bytes of both parts. */
  public long bytes() {
    return (high == null ? 0 : high.bytes()) + (low == null ? 0 : low.bytes());
  }
}
