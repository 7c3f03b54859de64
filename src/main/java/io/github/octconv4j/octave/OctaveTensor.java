package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.plan.Geometry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An octave feature map: a tensor (n, c_high, h, w) and one (n, c_low, h/2, w/2), either of which
 * may be absent. The memory belongs to whoever allocated it.
 *
 * @since 0.1.0
 */
public final class OctaveTensor {
  private final @Nullable Tensor high; // null where there are no high channels
  private final @Nullable Tensor low; // null where there are no low channels

  private OctaveTensor(@Nullable Tensor high, @Nullable Tensor low) {
    if (high == null && low == null) {
      throw new IllegalArgumentException("an octave tensor needs a high or a low part");
    }
    requireImages("high", high);
    requireImages("low", low);
    if (high != null && low != null && high.desc().dim(0) != low.desc().dim(0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "high and low must have the same batch, were %s and %s", high, low));
    }
    this.high = high;
    this.low = low;
  }

  /** Returns a feature map of two parts; either may be null. */
  public static OctaveTensor of(@Nullable Tensor high, @Nullable Tensor low) {
    return new OctaveTensor(high, low);
  }

  /**
   * Returns a new feature map of zeros; the memory belongs to the arena.
   *
   * @param desc what it will be; no part's layout may be left open
   */
  public static OctaveTensor allocate(OctaveDesc desc, Arena arena) {
    Objects.requireNonNull(desc, "desc");
    Objects.requireNonNull(arena, "arena");
    return new OctaveTensor(
        desc.high() == null ? null : Tensor.allocate(desc.high(), arena),
        desc.low() == null ? null : Tensor.allocate(desc.low(), arena));
  }

  /** Returns a feature map at full resolution only. */
  public static OctaveTensor ofHigh(Tensor high) {
    return new OctaveTensor(high, null);
  }

  /**
   * Returns a view of the caller's NCHW or NHWC float memory at full resolution, not copied.
   *
   * @param layout {@link FormatTag#NCHW} or {@link FormatTag#NHWC}
   */
  public static OctaveTensor ofHigh(
      MemorySegment data, FormatTag layout, long n, long c, long h, long w) {
    return ofHigh(new Tensor(MemoryDesc.of(DataType.F32, layout, n, c, h, w), data));
  }

  /** Returns a copy of an NCHW array at full resolution. */
  public static OctaveTensor ofHigh(Arena arena, float[] values, long n, long c, long h, long w) {
    return ofHigh(Tensor.of(arena, values, n, c, h, w));
  }

  /**
   * Returns a copy of NCHW arrays at full and at half resolution.
   *
   * @param high (n, c_high, h, w) row by row, or null for none
   * @param low (n, c_low, h/2, w/2) row by row, sizes as {@code shape} says, or null for none
   * @param channels of both parts; 0 where there is none
   * @throws IllegalArgumentException if an array has more or fewer values, or is there without
   *     channels
   */
  public static OctaveTensor of(
      Arena arena,
      float @Nullable [] high,
      float @Nullable [] low,
      ChannelSplit channels,
      OctaveShape shape) {
    Objects.requireNonNull(arena, "arena");
    Objects.requireNonNull(channels, "channels");
    Objects.requireNonNull(shape, "shape");
    return new OctaveTensor(
        part(arena, Frequency.HIGH, high, channels, shape),
        part(arena, Frequency.LOW, low, channels, shape));
  }

  private static @Nullable Tensor part(
      Arena arena,
      Frequency frequency,
      float @Nullable [] values,
      ChannelSplit channels,
      OctaveShape shape) {
    int count = channels.of(frequency);
    long[] dims = Geometry.dims(shape, frequency, count);
    long expected = 1;
    for (long dim : dims) { // each is below 2^31
      expected = Math.min(expected * dim, 1L << 31);
    }
    if ((values == null ? 0 : values.length) != expected || (values == null) != (count == 0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must %s for %s and %s, had %s",
              frequency.name().toLowerCase(Locale.ROOT),
              count == 0 ? "be null" : "have " + expected + " values",
              channels,
              shape,
              values == null ? "none" : values.length + " values"));
    }
    return values == null ? null : Tensor.of(arena, values, dims);
  }

  /**
   * Throws if an element of a part is NaN or infinite; see {@link Tensor#firstNonFinite}.
   *
   * @param name of the feature map, for the message
   * @throws IllegalArgumentException that says which is the first
   */
  public void requireFinite(String name) {
    Objects.requireNonNull(name, "name");
    if (high != null) {
      high.requireFinite(name + " high");
    }
    if (low != null) {
      low.requireFinite(name + " low");
    }
  }

  /** Returns whether there are high channels. */
  public boolean hasHigh() {
    return high != null;
  }

  /** Returns whether there are low channels. */
  public boolean hasLow() {
    return low != null;
  }

  /**
   * Returns the part at full resolution, (n, c_high, h, w).
   *
   * @throws IllegalStateException if there is none
   */
  public Tensor high() {
    return require("high", high);
  }

  /**
   * Returns the part at half resolution, (n, c_low, h/2, w/2).
   *
   * @throws IllegalStateException if there is none
   */
  public Tensor low() {
    return require("low", low);
  }

  /** The part of one frequency, or null. */
  @Nullable Tensor part(Frequency frequency) {
    return frequency == Frequency.HIGH ? high : low;
  }

  private static Tensor require(String name, @Nullable Tensor part) {
    if (part == null) {
      throw new IllegalStateException("this feature map has no " + name + " part");
    }
    return part;
  }

  private static void requireImages(String name, @Nullable Tensor part) {
    if (part != null && part.desc().rank() != 4) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s must have the dimensions (n, c, h, w), was %s", name, part));
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "OctaveTensor[high=%s, low=%s]", high, low);
  }
}
