package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a kernel moves over the spatial dimensions of an image, for convolution and pooling: one
 * number for each of 1 to 3 dimensions, the outermost first. Dilation counts as oneDNN does, 0 is a
 * dense kernel. An immutable value.
 *
 * @since 0.1.0
 */
public final class Window {
  private static final long MOST_POSITIONS = 1 << 16;

  private final long[] kernel;
  private final long[] strides;
  private final long[] dilations;
  private final long[] before;
  private final long[] after;

  private Window(long[] kernel, long[] strides, long[] dilations, long[] before, long[] after) {
    this.kernel = check("kernel", kernel, 1, kernel.length);
    this.strides = check("strides", strides, 1, kernel.length);
    this.dilations = check("dilations", dilations, 0, kernel.length);
    this.before = check("padding before", before, 0, kernel.length);
    this.after = check("padding after", after, Integer.MIN_VALUE, kernel.length);
  }

  /** Returns a window of this kernel with stride 1, no dilation and no padding. */
  public static Window of(long... kernel) {
    Objects.requireNonNull(kernel, "kernel");
    if (kernel.length < 1 || kernel.length > 3) {
      throw new IllegalArgumentException(
          "kernel must have 1 to 3 dimensions, was " + Arrays.toString(kernel));
    }
    long[] ones = new long[kernel.length];
    Arrays.fill(ones, 1);
    long[] zeros = new long[kernel.length];
    return new Window(kernel, ones, zeros, zeros, zeros);
  }

  /** Returns this window with other strides. */
  public Window strides(long... values) {
    return new Window(kernel, values, dilations, before, after);
  }

  /** Returns this window with other dilations, 0 for a dense kernel. */
  public Window dilations(long... values) {
    return new Window(kernel, strides, values, before, after);
  }

  /** Returns this window with padding that is the same on both sides. */
  public Window padding(long... values) {
    return padding(values, values);
  }

  /**
   * Returns this window with padding.
   *
   * @param before rows, columns of zeros before the first one
   * @param after and after the last one; negative where the last ones of the image are not read
   */
  public Window padding(long[] before, long[] after) {
    return new Window(kernel, strides, dilations, before, after);
  }

  /** Returns the kernel's size in a dimension. */
  public long kernel(int dimension) {
    requireDimension(dimension);
    return kernel[dimension];
  }

  /** Returns the stride in a dimension. */
  public long stride(int dimension) {
    requireDimension(dimension);
    return strides[dimension];
  }

  /** Returns the padding before the first element of a dimension. */
  public long before(int dimension) {
    requireDimension(dimension);
    return before[dimension];
  }

  /** Returns the padding after the last element of a dimension. */
  public long after(int dimension) {
    requireDimension(dimension);
    return after[dimension];
  }

  /** Returns how far the last element of the kernel is from the first one in a dimension. */
  public long reach(int dimension) {
    requireDimension(dimension);
    return (kernel[dimension] - 1) * (dilations[dimension] + 1);
  }

  /**
   * Returns the size of the output in a dimension for this size of the input; 0 for none.
   *
   * @param dimension counted from 0, the outermost
   * @param input 0 to 2^31-1
   */
  public long output(int dimension, long input) {
    requireDimension(dimension);
    if (input < 0 || input > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "input must be 0 to %d, was %d", Integer.MAX_VALUE, input));
    }
    long room = input + before[dimension] + after[dimension] - reach(dimension) - 1;
    return room < 0 ? 0 : room / strides[dimension] + 1;
  }

  private void requireDimension(int dimension) {
    if (dimension < 0 || dimension >= kernel.length) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT, "dimension must be 0 to %d, was %d", kernel.length - 1, dimension));
    }
  }

  /** Whether some position of the window along a dimension reads nothing of the input. */
  boolean readsPaddingAlone(int dimension, long input) {
    long outputs = output(dimension, input);
    long stride = strides[dimension];
    long step = dilations[dimension] + 1;
    long padding = before[dimension];
    if (outputs < 1) {
      return false;
    }
    boolean first = padding > reach(dimension);
    boolean last = (outputs - 1) * stride - padding >= input;
    if (first || last || step <= input) { // such a step does not pass over the input
      return first || last;
    }
    // The first tap that is not in the padding before the input must meet the input.
    long inPadding = Math.min(outputs, (padding + stride - 1) / stride);
    if (inPadding > MOST_POSITIONS) {
      return true; // perhaps; no one is harmed by a yes
    }
    for (long position = 0; position < inPadding; position++) {
      if (Math.floorMod(position * stride - padding, step) >= input) {
        return true;
      }
    }
    return false;
  }

  /** Throws unless the image has as many spatial dimensions as the window. */
  void checkRank(MemoryDesc src) {
    if (src.rank() != kernel.length + 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "window %s needs a src of %d dimensions, was %s",
              this,
              kernel.length + 2,
              src));
    }
  }

  /** Throws unless moving over {@code src} gives the size of {@code dst}, of the same rank. */
  void check(MemoryDesc src, MemoryDesc dst) {
    checkRank(src);
    for (int d = 0; d < kernel.length; d++) {
      long expected = output(d, src.dim(d + 2));
      if (dst.dim(d + 2) != expected) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "dst %s does not fit src %s and window %s: dimension %d must be %d",
                dst,
                src,
                this,
                d + 2,
                expected));
      }
    }
  }

  /** Returns kernel, strides, dilations and padding before and after, one after the other. */
  long[] numbers() {
    return Stream.of(kernel, strides, dilations, before, after)
        .flatMapToLong(Arrays::stream)
        .toArray();
  }

  MemorySegment kernel(Arena arena) {
    return NativeMemory.longs(arena, kernel);
  }

  MemorySegment strides(Arena arena) {
    return NativeMemory.longs(arena, strides);
  }

  MemorySegment dilations(Arena arena) {
    return NativeMemory.longs(arena, dilations);
  }

  MemorySegment paddingBefore(Arena arena) {
    return NativeMemory.longs(arena, before);
  }

  MemorySegment paddingAfter(Arena arena) {
    return NativeMemory.longs(arena, after);
  }

  private static long[] check(String name, long[] values, long least, int length) {
    Objects.requireNonNull(values, name);
    if (values.length != length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s must have %d values, had %s",
              name,
              length,
              Arrays.toString(values)));
    }
    for (long value : values) {
      if (value < least || value > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s must be %d to %d, was %s",
                name,
                least,
                Integer.MAX_VALUE,
                Arrays.toString(values)));
      }
    }
    return values.clone();
  }

  /** Whether all numbers are the same. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Window that && Arrays.equals(numbers(), that.numbers());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "kernel %s stride %s dilation %s padding %s..%s",
        Arrays.toString(kernel),
        Arrays.toString(strides),
        Arrays.toString(dilations),
        Arrays.toString(before),
        Arrays.toString(after));
  }
}
