package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Window;
import java.util.Locale;
import java.util.Objects;

/**
 * Adds operations on whole images that the threads of a program share: each has images of the
 * batch, or rows of the output with the input rows that these need. Channels are innermost.
 *
 * @since 0.1.0
 */
public final class RowWindows {
  private final OctaveProgramBuilder builder;
  private final int threads;

  /** What is done with some rows. */
  public interface Part {
    /**
     * Adds the steps.
     *
     * @param window with zeros only where the image ends
     * @param x the rows that are read
     * @param y the rows that are written
     */
    void add(Window window, Operand x, Operand y);
  }

  /** Shares among the threads of a program. */
  public RowWindows(OctaveProgramBuilder builder) {
    this.builder = Objects.requireNonNull(builder, "builder");
    this.threads = builder.threads();
  }

  /**
   * Adds a convolution or pooling of any stride.
   *
   * @param window of the whole image
   * @param x (n, c, h, w)
   * @param y as large as the window makes it
   */
  public void add(Window window, Operand x, Operand y, Part part) {
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
    Objects.requireNonNull(part, "part");
    if (threads == 1) {
      part.add(window, x, y);
      return;
    }
    requireImages(window, x, y);
    int batch = Math.toIntExact(x.desc().dim(0));
    long pixels = batch * x.desc().dim(2) * x.desc().dim(3);
    if (Images.areWhole(batch, threads)) {
      builder.share(
          batch,
          1,
          share ->
              part.add(
                  window,
                  Images.ofBatch(x, Layout.NHWC, share.first(), share.count()),
                  Images.ofBatch(y, Layout.NHWC, share.first(), share.count())));
    } else if (isPoint(window) && pixels <= Integer.MAX_VALUE) {
      // pixels can be shared more evenly than rows
      builder.share(
          (int) pixels,
          1,
          share -> part.add(window, Images.pixels(x, share), Images.pixels(y, share)));
    } else {
      int rows = Math.toIntExact(y.desc().dim(2));
      Share reading = readingRows(window, Math.toIntExact(x.desc().dim(2)), rows);
      builder.share(
          reading.count(),
          1,
          share -> {
            Share whole = withPadding(share, reading, rows);
            for (int image = 0; image < batch; image++) {
              addRows(window, x, y, image, whole, part);
            }
          });
    }
  }

  /** Whether each pixel is computed from the one in its place alone. */
  private static boolean isPoint(Window window) {
    boolean point = true;
    for (int d = 0; d < 2; d++) {
      point &=
          window.kernel(d) == 1
              && window.stride(d) == 1
              && window.before(d) == 0
              && window.after(d) == 0;
    }
    return point;
  }

  /**
   * The output rows whose window reaches into the image: those before and after lie in the padding
   * alone, and nobody can have them without a row of the input. All rows where there is none.
   */
  private static Share readingRows(Window window, int height, int rows) {
    long stride = window.stride(0);
    long before = window.before(0);
    long first = Math.max(0, Math.ceilDiv(before - window.reach(0), stride));
    long end = Math.min(rows, Math.floorDiv(before + height - 1, stride) + 1);
    return first < end
        ? new Share((int) first, (int) (end - first))
        : new Share(0, Math.min(1, rows)); // which then has all of them
  }

  /** A share of the rows that read, with the rows in the padding beside the first and the last. */
  private static Share withPadding(Share share, Share reading, int rows) {
    int first = share.first() == 0 ? 0 : reading.first() + share.first();
    int end = share.end() == reading.count() ? rows : reading.first() + share.end();
    return new Share(first, end - first);
  }

  private static void requireImages(Window window, Operand x, Operand y) {
    MemoryDesc from = x.desc();
    MemoryDesc to = y.desc();
    if (from.rank() != 4 || to.rank() != 4 || from.dim(0) != to.dim(0)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "x and y must have the dimensions (n, c, h, w) and the same n, were %s and %s",
              from,
              to));
    }
    if (to.dim(2) != window.output(0, from.dim(2)) || to.dim(3) != window.output(1, from.dim(3))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "y must have the size that %s makes of x, %dx%d, x was %s and y %s",
              window,
              window.output(0, from.dim(2)),
              window.output(1, from.dim(3)),
              from,
              to));
    }
    if (!from.has(Layout.NHWC.tag()) || !to.has(Layout.NHWC.tag())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "x and y must be dense with channels innermost, were %s and %s",
              from,
              to));
    }
  }

  /** Adds an operation that makes two rows of each. */
  void addDoubled(Operand x, Operand y, Part part) {
    int batch = Math.toIntExact(x.desc().dim(0));
    if (Images.areWhole(batch, threads)) {
      builder.share(
          batch,
          1,
          share ->
              part.add(
                  Window.of(1, 1),
                  Images.ofBatch(x, Layout.NHWC, share.first(), share.count()),
                  Images.ofBatch(y, Layout.NHWC, share.first(), share.count())));
      return;
    }
    builder.share(
        Math.toIntExact(x.desc().dim(2)),
        1,
        share -> {
          for (int image = 0; image < batch; image++) {
            part.add(
                Window.of(1, 1),
                Images.rows(x, image, share.first(), share.count()),
                Images.rows(y, image, 2 * share.first(), 2 * share.count()));
          }
        });
  }

  private static void addRows(
      Window window, Operand x, Operand y, int image, Share share, Part part) {
    long height = x.desc().dim(2);
    long first = share.first() * window.stride(0) - window.before(0);
    long end = (share.end() - 1) * window.stride(0) - window.before(0) + window.reach(0) + 1;
    // A row at least, even if the window passes over all of them: then it counts as padding too.
    int from = Math.clamp(first, 0, Math.toIntExact(height - 1));
    int to = Math.clamp(end, from + 1, Math.toIntExact(height));
    Window here =
        window.padding(
            new long[] {from - first, window.before(1)}, new long[] {end - to, window.after(1)});
    part.add(
        here,
        Images.rows(x, image, from, to - from),
        Images.rows(y, image, share.first(), share.count()));
  }
}
