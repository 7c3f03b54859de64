package io.github.octconv4j.bench.kernel;

import io.github.octconv4j.timing.Runner;
import java.util.List;
import java.util.Locale;

/** Work that is prepared with its data and can be run again and again, on one thread at a time. */
public interface Kernel extends Runner, AutoCloseable {
  /** Returns the results of the last run, (n, c, h, w): the high ones, then the low ones. */
  List<float[]> outputs();

  @Override
  default void close() {}

  /** Makes an octave convolution on one thread; a dense one where alpha is 0. */
  static Kernel octave(Variant variant, OctaveData data) {
    return octave(variant, data, 1);
  }

  /**
   * Makes an octave convolution; a dense one where alpha is 0.
   *
   * @throws IllegalArgumentException if a Java variant is to have more than one thread
   */
  static Kernel octave(Variant variant, OctaveData data, int threads) {
    if (variant == Variant.ONEDNN) {
      return new NativeOctave(data, threads);
    } else if (threads != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "threads must be 1 for %s, was %d", variant, threads));
    }
    return new JavaOctave(data, variant.maths());
  }

  /** Makes an average of 2x2 pixels with a stride of 2. */
  static Kernel pooling(Variant variant, ImageData data) {
    return variant == Variant.ONEDNN
        ? NativeStep.pooling(data)
        : JavaStep.pooling(data, variant.maths());
  }

  /** Makes a nearest upsampling by 2. */
  static Kernel resampling(Variant variant, ImageData data) {
    return variant == Variant.ONEDNN
        ? NativeStep.resampling(data)
        : JavaStep.resampling(data, variant.maths());
  }
}
