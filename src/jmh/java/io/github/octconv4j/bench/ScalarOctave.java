package io.github.octconv4j.bench;

import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Octave convolution by its formulas in plain loops and double arithmetic, and nothing else: it
 * shares no code with the library. The oracle of the tests and of the comparison with other
 * libraries.
 */
public final class ScalarOctave {
  private final OctaveConv2d spec;
  private final Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
  private final Map<OctavePath, float[]> biases = new EnumMap<>(OctavePath.class);

  /** Makes a convolution whose kernels and biases are still to be set. */
  public ScalarOctave(OctaveConv2d spec) {
    this.spec = spec;
  }

  /** An image that can't exist, such as a pooled row of one. */
  public static final class NoSuchSizeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchSizeException(String message) {
      super(message);
    }
  }

  /** Images (n, c, h, w) of one frequency. */
  public static final class Image {
    /** Images in the batch. */
    public final int n;

    /** Channels. */
    public final int c;

    /** Rows. */
    public final int h;

    /** Columns. */
    public final int w;

    /** The elements, row by row. */
    public final double[] values;

    /** Makes images of zeros. */
    public Image(int n, int c, int h, int w) {
      if (h < 1 || w < 1) {
        throw new NoSuchSizeException(h + "x" + w);
      }
      this.n = n;
      this.c = c;
      this.h = h;
      this.w = w;
      this.values = new double[n * c * h * w];
    }

    /** Returns a copy of floats, row by row. */
    public static Image of(float[] values, int n, int c, int h, int w) {
      Image image = new Image(n, c, h, w);
      for (int i = 0; i < values.length; i++) {
        image.values[i] = values[i];
      }
      return image;
    }

    /** Returns where an element is among the values. */
    public int at(int b, int channel, int row, int column) {
      return ((b * c + channel) * h + row) * w + column;
    }
  }

  /**
   * Both outputs; null where there are no channels.
   *
   * @param high {@code y_h}
   * @param low {@code y_l}
   */
  public record Result(Image high, Image low) {}

  /** Sets the kernel (out, in / groups, kh, kw) of a path. */
  public ScalarOctave kernel(OctavePath path, float[] values) {
    kernels.put(path, values);
    return this;
  }

  /** Sets the bias of a path, one value for each output channel. */
  public ScalarOctave bias(OctavePath path, float[] values) {
    biases.put(path, values);
    return this;
  }

  /** Applies the convolution; either input may be null where the specification has no channels. */
  public Result apply(Image xh, Image xl) {
    boolean two = spec.stride() == 2 && spec.strideRule() != StrideRule.MOVE_KERNEL;
    boolean keepLow = two && spec.strideRule() == StrideRule.KEEP_LOW;
    Image high = xh != null && two && usesHigh() ? pool(xh) : xh;
    return new Result(
        spec.out().high() == 0 ? null : yHigh(high, xl, keepLow, two),
        spec.out().low() == 0 ? null : yLow(high, xl, two));
  }

  private boolean usesHigh() {
    return has(OctavePath.HH) || has(OctavePath.HL);
  }

  /** {@code y_h = conv(x_h, W_hh) + up(conv(x_l, W_lh))}. */
  private Image yHigh(Image high, Image xl, boolean keepLow, boolean two) {
    Image y = has(OctavePath.HH) ? convolve(OctavePath.HH, high) : null;
    if (has(OctavePath.LH)) {
      Image low = two && !keepLow ? pool(xl) : xl;
      Image part = convolve(OctavePath.LH, low);
      if (!keepLow) {
        // Without a high part, the size is what it would be: twice the low one, odd as its source.
        int oddH = two ? xl.h - 2 * low.h : 0;
        int oddW = two ? xl.w - 2 * low.w : 0;
        part = y != null ? up(part, y.h, y.w) : up(part, 2 * part.h + oddH, 2 * part.w + oddW);
      }
      y = add(y, part);
    }
    return y;
  }

  /** {@code y_l = conv(x_l, W_ll) + conv(pool(x_h), W_hl)}. */
  private Image yLow(Image high, Image xl, boolean two) {
    Image y = has(OctavePath.LL) ? convolve(OctavePath.LL, two ? pool(xl) : xl) : null;
    return has(OctavePath.HL) ? add(y, convolve(OctavePath.HL, pool(high))) : y;
  }

  /** Depthwise has no exchange; else every path with channels on both ends is there. */
  private boolean has(OctavePath path) {
    ChannelSplit in = spec.in();
    ChannelSplit out = spec.out();
    boolean channels = in.of(path.source()) > 0 && out.of(path.destination()) > 0;
    return channels && (!depthwise() || path == OctavePath.HH || path == OctavePath.LL);
  }

  private boolean depthwise() {
    return spec.groups().depthwise()
        && spec.in().high() > 0
        && spec.in().low() > 0
        && spec.out().high() > 0
        && spec.out().low() > 0;
  }

  /** 2x2 average, stride 2. */
  private Image pool(Image x) {
    boolean ceil = spec.sizeRule() == SizeRule.CEIL;
    Image y = new Image(x.n, x.c, ceil ? (x.h + 1) / 2 : x.h / 2, ceil ? (x.w + 1) / 2 : x.w / 2);
    for (int b = 0; b < y.n; b++) {
      for (int c = 0; c < y.c; c++) {
        for (int i = 0; i < y.h; i++) {
          for (int j = 0; j < y.w; j++) {
            double sum = 0;
            int count = 0;
            for (int p = 2 * i; p < Math.min(2 * i + 2, x.h); p++) {
              for (int q = 2 * j; q < Math.min(2 * j + 2, x.w); q++) {
                sum += x.values[x.at(b, c, p, q)];
                count++;
              }
            }
            y.values[y.at(b, c, i, j)] = sum / count;
          }
        }
      }
    }
    return y;
  }

  private static Image up(Image x, int h, int w) {
    Image y = new Image(x.n, x.c, h, w);
    for (int b = 0; b < y.n; b++) {
      for (int c = 0; c < y.c; c++) {
        for (int i = 0; i < h; i++) {
          for (int j = 0; j < w; j++) {
            y.values[y.at(b, c, i, j)] =
                x.values[x.at(b, c, Math.min(i / 2, x.h - 1), Math.min(j / 2, x.w - 1))];
          }
        }
      }
    }
    return y;
  }

  private static Image add(Image a, Image b) {
    if (a == null) {
      return b;
    }
    if (a.h != b.h || a.w != b.w) {
      throw new AssertionError(
          String.format(
              Locale.ROOT, "paths of different sizes: %dx%d and %dx%d", a.h, a.w, b.h, b.w));
    }
    for (int i = 0; i < a.values.length; i++) {
      a.values[i] += b.values[i];
    }
    return a;
  }

  /** Convolution whose kernel moves by 1, or by the stride, with the path's bias. */
  private Image convolve(OctavePath path, Image x) {
    float[] kernel = kernels.get(path);
    float[] bias = biases.get(path);
    int oc = spec.out().of(path.destination());
    int groups = spec.groups().depthwise() ? x.c : spec.groups().count();
    int icg = x.c / groups;
    int kh = spec.kernelHeight();
    int kw = spec.kernelWidth();
    Padding pad = spec.padding();
    int step = spec.strideRule() == StrideRule.MOVE_KERNEL ? spec.stride() : 1;
    Image y =
        new Image(
            x.n,
            oc,
            moved(x.h + pad.top() + pad.bottom() - spec.dilationHeight() * (kh - 1), step),
            moved(x.w + pad.left() + pad.right() - spec.dilationWidth() * (kw - 1), step));
    for (int b = 0; b < y.n; b++) {
      for (int o = 0; o < oc; o++) {
        int first = o / (oc / groups) * icg;
        for (int i = 0; i < y.h; i++) {
          for (int j = 0; j < y.w; j++) {
            double sum = bias == null ? 0 : bias[o];
            for (int c = 0; c < icg; c++) {
              for (int p = 0; p < kh; p++) {
                int row = i * step - pad.top() + p * spec.dilationHeight();
                for (int q = 0; q < kw && row >= 0 && row < x.h; q++) {
                  int column = j * step - pad.left() + q * spec.dilationWidth();
                  if (column >= 0 && column < x.w) {
                    sum +=
                        x.values[x.at(b, first + c, row, column)]
                            * kernel[((o * icg + c) * kh + p) * kw + q];
                  }
                }
              }
            }
            y.values[y.at(b, o, i, j)] = sum;
          }
        }
      }
    }
    return y;
  }

  private static int moved(int size, int step) {
    return size < 1 ? size : (size - 1) / step + 1;
  }
}
