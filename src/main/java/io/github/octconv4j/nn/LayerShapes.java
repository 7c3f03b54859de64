package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.text.Printable;
import java.util.List;
import java.util.Locale;

/**
 * The size that a layer makes of those that it reads, for one image. What does not fit is an {@link
 * IllegalArgumentException} that names the layer.
 *
 * @param layer its name
 */
record LayerShapes(String layer) {
  /** What is left of an image after a mean over all of it. */
  static final OctaveShape PIXEL = new OctaveShape(1, 1, 1, 1, 1);

  private static final int MOST_UPSAMPLING = 64;

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("layer " + Printable.text(layer) + why);
  }

  /** Whether there are images of this size: they have values, and an array can hold these. */
  static boolean isImage(int channels, int height, int width) {
    return channels >= 1
        && height >= 1
        && width >= 1
        && (long) height * width <= Integer.MAX_VALUE / channels;
  }

  /** Of an input: each part needs a pixel. */
  OctaveShape input(ChannelSplit channels, int height, int width) {
    OctaveShape shape = OctaveShape.of(1, height, width, SizeRule.FLOOR);
    if (channels.low() > 0 && (shape.lowHeight() < 1 || shape.lowWidth() < 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input %s: a low part needs at least 2x2 pixels, were %dx%d",
              Printable.text(layer),
              height,
              width));
    }
    requireCountable(channels, shape);
    return shape;
  }

  /** Of a convolution, whose size rule must be that of what it reads. */
  OctaveShape convolution(FeatureMap x, OctaveConv2d spec) {
    if (!x.channels().equals(spec.in())) {
      throw refused(String.format(Locale.ROOT, " needs an input with %s, was %s", spec.in(), x));
    }
    requireHalved(x, spec.sizeRule());
    try {
      return spec.outputShape(x.shape());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "layer %s: %s", Printable.text(layer), e.getMessage()), e);
    }
  }

  private void requireHalved(FeatureMap x, SizeRule rule) {
    OctaveShape s = x.shape();
    OctaveShape wanted = OctaveShape.of(1, s.height(), s.width(), rule);
    if (x.channels().hasBoth() && !s.equals(wanted)) {
      throw refused(
          String.format(
              Locale.ROOT,
              ": its size rule %s halves %dx%d to %dx%d, but layer %s gives %s",
              rule,
              s.height(),
              s.width(),
              wanted.lowHeight(),
              wanted.lowWidth(),
              Printable.text(x.name()),
              x));
    }
  }

  /** Of square windows over both parts. */
  OctaveShape pool(FeatureMap x, int kernel, int stride, int padding) {
    if (kernel < 1 || stride < 1 || padding < 0) {
      throw refused(
          String.format(
              Locale.ROOT,
              ": kernel and stride must be at least 1, padding at least 0, were %d, %d and %d",
              kernel,
              stride,
              padding));
    }
    Window window = Window.of(kernel, kernel).strides(stride, stride).padding(padding, padding);
    OctaveShape s = x.shape();
    long height = window.output(0, s.height());
    long width = window.output(1, s.width());
    boolean low = x.channels().low() > 0;
    long lowHeight = low ? window.output(0, s.lowHeight()) : height / 2;
    long lowWidth = low ? window.output(1, s.lowWidth()) : width / 2;
    if (2L * padding > kernel
        || height < 1
        || width < 1
        || (low && (lowHeight < 1 || lowWidth < 1))) {
      throw refused(
          String.format(
              Locale.ROOT,
              ": a window of %dx%d with stride %d and padding %d makes %dx%d (low %dx%d) of %s; it needs an output of at least 1x1 and padding of at most half a window",
              kernel,
              kernel,
              stride,
              padding,
              height,
              width,
              lowHeight,
              lowWidth,
              x));
    }
    return new OctaveShape(
        1,
        Math.toIntExact(height), // at most one more than the input
        Math.toIntExact(width),
        Math.toIntExact(lowHeight),
        Math.toIntExact(lowWidth));
  }

  /** Of a sum: both have the same channels, and the same size in each part that there is. */
  OctaveShape sum(FeatureMap first, FeatureMap second) {
    ChannelSplit channels = first.channels();
    boolean fits =
        channels.equals(second.channels())
            && (channels.high() == 0 || sameHigh(first.shape(), second.shape()))
            && (channels.low() == 0 || sameLow(first.shape(), second.shape()));
    if (!fits) {
      throw refused(beside(first, "can't be added to", second));
    }
    return first.shape();
  }

  /** Of maps side by side: all have the same size in both parts. */
  OctaveShape concat(List<FeatureMap> maps) {
    if (maps.isEmpty()) {
      throw refused(": maps must not be empty");
    }
    FeatureMap first = maps.getFirst();
    for (FeatureMap map : maps) {
      if (!sameHigh(first.shape(), map.shape()) || !sameLow(first.shape(), map.shape())) {
        throw refused(beside(first, "can't stand beside", map));
      }
    }
    return first.shape();
  }

  private static boolean sameHigh(OctaveShape p, OctaveShape q) {
    return p.height() == q.height() && p.width() == q.width();
  }

  private static boolean sameLow(OctaveShape p, OctaveShape q) {
    return p.lowHeight() == q.lowHeight() && p.lowWidth() == q.lowWidth();
  }

  private static String beside(FeatureMap first, String what, FeatureMap second) {
    return String.format(
        Locale.ROOT,
        ": %s gives %s, which %s %s of %s",
        Printable.text(first.name()),
        first,
        what,
        second,
        Printable.text(second.name()));
  }

  /** Of both parts, enlarged. */
  OctaveShape upsample(FeatureMap x, int factor) {
    if (factor < 2 || factor > MOST_UPSAMPLING) {
      throw refused(
          String.format(Locale.ROOT, ": factor must be 2 to %d, was %d", MOST_UPSAMPLING, factor));
    }
    OctaveShape s = x.shape();
    long most = Math.max(Math.max(s.height(), s.width()), Math.max(s.lowHeight(), s.lowWidth()));
    if (most * factor > Integer.MAX_VALUE) {
      throw refused(String.format(Locale.ROOT, ": %s is too large for it", x));
    }
    return new OctaveShape(
        1, factor * s.height(), factor * s.width(), factor * s.lowHeight(), factor * s.lowWidth());
  }

  /** Of a transposed convolution, which reads and gives no low part. */
  OctaveShape transposed(
      FeatureMap x, int out, int kernel, int stride, int padding, int outputPadding) {
    requireNoLow(x);
    boolean fits =
        out >= 1
            && kernel >= 1
            && stride >= 1
            && padding >= 0
            && padding < kernel
            && outputPadding >= 0
            && outputPadding < stride;
    OctaveShape s = x.shape();
    long height = (s.height() - 1L) * stride + kernel - 2L * padding + outputPadding;
    long width = (s.width() - 1L) * stride + kernel - 2L * padding + outputPadding;
    if (!fits || height < 1 || width < 1 || Math.max(height, width) > Integer.MAX_VALUE) {
      throw refused(
          String.format(
              Locale.ROOT,
              ": of %s it makes %d channels of %dx%d with kernel %d, stride %d, padding %d and outputPadding %d; all but paddings must be at least 1, padding below kernel and outputPadding below stride",
              x,
              out,
              height,
              width,
              kernel,
              stride,
              padding,
              outputPadding));
    }
    return OctaveShape.of(1, (int) height, (int) width, SizeRule.FLOOR);
  }

  /** Of both parts with zeros around them, around the low one half as many. */
  OctaveShape pad(FeatureMap x, Padding padding) {
    int any = padding.top() | padding.left() | padding.bottom() | padding.right();
    OctaveShape s = x.shape();
    long rows = (long) padding.top() + padding.bottom();
    long columns = (long) padding.left() + padding.right();
    if (any == 0
        || (x.channels().low() > 0 && any % 2 == 1)
        || s.height() + rows > Integer.MAX_VALUE
        || s.width() + columns > Integer.MAX_VALUE) {
      throw refused(
          String.format(
              Locale.ROOT,
              ": padding must add something, and even numbers where there is a low part, was %s for %s",
              padding,
              x));
    }
    return new OctaveShape(
        1,
        (int) (s.height() + rows),
        (int) (s.width() + columns),
        (int) (s.lowHeight() + rows / 2),
        (int) (s.lowWidth() + columns / 2));
  }

  /** Checks a number of channels that a caller gave. */
  void requireChannels(String name, int channels) {
    if (channels < 1) {
      throw refused(String.format(Locale.ROOT, ": %s must be at least 1, was %d", name, channels));
    }
  }

  void requirePixel(FeatureMap x) {
    OctaveShape s = x.shape();
    boolean low = x.channels().low() > 0;
    if (s.height() != 1 || s.width() != 1 || (low && (s.lowHeight() != 1 || s.lowWidth() != 1))) {
      throw refused(
          String.format(
              Locale.ROOT,
              " needs an input of 1x1 pixels, was %s; add a global average before",
              x));
    }
  }

  void requireNoLow(FeatureMap x) {
    if (x.channels().low() > 0) {
      throw refused(String.format(Locale.ROOT, " needs an input without low part, was %s", x));
    }
  }

  /** The values of each part must be countable. */
  void requireCountable(ChannelSplit channels, OctaveShape shape) {
    long pixels = (long) shape.height() * shape.width();
    long lowPixels = (long) shape.lowHeight() * shape.lowWidth();
    if (pixels > Integer.MAX_VALUE / Math.max(1, channels.high())
        || lowPixels > Integer.MAX_VALUE / Math.max(1, channels.low())) {
      throw refused(
          String.format(
              Locale.ROOT,
              ": each part of an image may have %d values, %s and %s make more",
              Integer.MAX_VALUE,
              channels,
              shape));
    }
  }
}
