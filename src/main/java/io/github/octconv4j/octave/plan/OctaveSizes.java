package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.SizeRule;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sizes that an octave convolution passes through on its way from an input to its output.
 *
 * @param input the input
 * @param strided both parts after the pooling of stride 2; the input where the stride is 1
 * @param output the output
 */
public record OctaveSizes(OctaveShape input, OctaveShape strided, OctaveShape output) {

  /**
   * Follows the sizes through a specification.
   *
   * <p>What a missing part would measure follows from the other one by the layer's own rule.
   *
   * @throws IllegalArgumentException if an output would have no rows or columns, or the two parts
   *     of the input don't have sizes that go together by the layer's rule
   */
  public static OctaveSizes of(OctaveConv2d spec, OctaveShape given) {
    SizeRule rule = spec.sizeRule();
    OctaveShape input = given;
    if (spec.in().low() > 0) {
      requireLow(input.lowHeight(), input.lowWidth(), "the input", input, rule);
      if (!isHalved(input, rule)) {
        input = withoutHigh(spec, input);
      }
    } else { // what it would be by this layer's rule, whatever rule the input was made with
      input = OctaveShape.of(given.batch(), given.height(), given.width(), rule);
    }
    OctaveShape strided = input;
    if (Geometry.pools(spec)) {
      int height = rule.half(input.height());
      int width = rule.half(input.width());
      if ((height < 1 || width < 1) && spec.has(OctavePath.HH)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "stride 2 leaves no high part of %dx%d with the size rule %s",
                input.height(),
                input.width(),
                rule));
      }
      strided =
          new OctaveShape(
              input.batch(),
              Math.max(1, height),
              Math.max(1, width),
              rule.half(input.lowHeight()),
              rule.half(input.lowWidth()));
    }
    return new OctaveSizes(input, strided, output(spec, input, strided));
  }

  /**
   * Returns the size of what is described, which must be one that the specification takes.
   *
   * @throws IllegalArgumentException if channels or sizes don't fit; the message names both
   */
  public static OctaveShape shape(OctaveDesc desc, OctaveConv2d spec) {
    MemoryDesc high = desc.high();
    MemoryDesc low = desc.low();
    requireChannels("high", high, spec.in().high());
    requireChannels("low", low, spec.in().low());
    if (high == null) {
      Objects.requireNonNull(low); // the constructor asks for one of them
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

  private static boolean isHalved(OctaveShape shape, SizeRule rule) {
    return rule.half(shape.height()) == shape.lowHeight()
        && rule.half(shape.width()) == shape.lowWidth();
  }

  /** The shape where there is no high part but a size that it would have had by another rule. */
  private static OctaveShape withoutHigh(OctaveConv2d spec, OctaveShape input) {
    SizeRule rule = spec.sizeRule();
    if (spec.in().high() > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a high part of %dx%d goes with a low part of %dx%d by the size rule %s, but that was %dx%d",
              input.height(),
              input.width(),
              rule.half(input.height()),
              rule.half(input.width()),
              rule,
              input.lowHeight(),
              input.lowWidth()));
    }
    return new OctaveShape(
        input.batch(),
        toInt(2L * input.lowHeight()),
        toInt(2L * input.lowWidth()),
        input.lowHeight(),
        input.lowWidth());
  }

  private static OctaveShape output(OctaveConv2d spec, OctaveShape input, OctaveShape strided) {
    SizeRule rule = spec.sizeRule();
    long height = moved(spec, strided.height() + Geometry.addedRows(spec));
    long width = moved(spec, strided.width() + Geometry.addedColumns(spec));
    long lowHeight = moved(spec, strided.lowHeight() + Geometry.addedRows(spec));
    long lowWidth = moved(spec, strided.lowWidth() + Geometry.addedColumns(spec));
    if (spec.has(OctavePath.LH) && !spec.has(OctavePath.HH)) {
      if (Geometry.keepsLow(spec)) {
        height = input.lowHeight() + Geometry.addedRows(spec);
        width = input.lowWidth() + Geometry.addedColumns(spec);
      } else { // upsampled; odd sizes stay odd
        height = 2 * lowHeight + strided.height() - 2L * strided.lowHeight();
        width = 2 * lowWidth + strided.width() - 2L * strided.lowWidth();
      }
    }
    boolean upsamples = spec.has(OctavePath.LH) && !Geometry.keepsLow(spec);
    if (spec.out().low() > 0) {
      requireLow(strided.lowHeight(), strided.lowWidth(), "the low output", input, rule);
    } else if (upsamples) {
      requireLow(strided.lowHeight(), strided.lowWidth(), "the pooled low input", input, rule);
    }
    boolean lowMissing = (spec.out().low() > 0 || upsamples) && (lowHeight < 1 || lowWidth < 1);
    boolean highMissing = spec.out().high() > 0 && (height < 1 || width < 1);
    if (lowMissing || highMissing) {
      throw noOutput(spec, input, height, width, lowHeight, lowWidth);
    }
    return new OctaveShape(
        input.batch(),
        toInt(Math.max(1, height)),
        toInt(Math.max(1, width)),
        toInt(Math.max(0, lowHeight)),
        toInt(Math.max(0, lowWidth)));
  }

  /** How many of so many rows, or columns, a kernel that moves by the stride gives. */
  private static long moved(OctaveConv2d spec, long size) {
    return Geometry.moves(spec) && size > 0 ? (size - 1) / spec.stride() + 1 : size;
  }

  private static IllegalArgumentException noOutput(
      OctaveConv2d spec,
      OctaveShape input,
      long height,
      long width,
      long lowHeight,
      long lowWidth) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "kernel %dx%d, dilation %dx%d and %s leave no output of %dx%d (low %dx%d): high %dx%d, low %dx%d",
            spec.kernelHeight(),
            spec.kernelWidth(),
            spec.dilationHeight(),
            spec.dilationWidth(),
            spec.padding(),
            input.height(),
            input.width(),
            input.lowHeight(),
            input.lowWidth(),
            height,
            width,
            lowHeight,
            lowWidth));
  }

  /** Returns the multiply-adds of all paths. */
  public static long multiplyAdds(OctaveConv2d spec, OctaveShape input) {
    OctaveShape y = of(spec, input).output;
    long sum = 0;
    try {
      for (OctavePath path : spec.paths()) {
        boolean atHigh =
            path == OctavePath.HH || (path == OctavePath.LH && Geometry.keepsLow(spec));
        long product = y.batch();
        product = Math.multiplyExact(product, atHigh ? y.height() : y.lowHeight());
        product = Math.multiplyExact(product, atHigh ? y.width() : y.lowWidth());
        for (long size : spec.weightsShape(path)) {
          product = Math.multiplyExact(product, size);
        }
        sum = Math.addExact(sum, product);
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s on %s has more than 2^63 multiply-adds", spec, input), e);
    }
    return sum;
  }

  private static void requireLow(
      int height, int width, String what, OctaveShape input, SizeRule rule) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s of %dx%d would have a low part of %dx%d with the size rule %s; CEIL keeps at least 1x1",
              what,
              input.height(),
              input.width(),
              height,
              width,
              rule));
    }
  }

  private static int toInt(long size) {
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("padding makes the output too large: " + size);
    }
    return (int) size;
  }
}
