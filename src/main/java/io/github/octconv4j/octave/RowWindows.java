package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Window;
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
    boolean pointwise =
        window.output(0, 1) == 1
            && window.output(1, 1) == 1
            && window.kernel(0) == 1
            && window.kernel(1) == 1
            && window.stride(0) == 1
            && window.stride(1) == 1;
    int batch = Math.toIntExact(x.desc().dim(0));
    if (Images.areWhole(batch, threads)) {
      builder.share(
          batch,
          1,
          share ->
              part.add(
                  window,
                  Images.ofBatch(x, Layout.NHWC, share.first(), share.count()),
                  Images.ofBatch(y, Layout.NHWC, share.first(), share.count())));
    } else if (pointwise) { // pixels can be shared more evenly than rows
      builder.share(
          Math.toIntExact(batch * x.desc().dim(2) * x.desc().dim(3)),
          1,
          share -> part.add(window, Images.pixels(x, share), Images.pixels(y, share)));
    } else {
      builder.share(
          Math.toIntExact(y.desc().dim(2)),
          1,
          share -> {
            for (int image = 0; image < batch; image++) {
              addRows(window, x, y, image, share, part);
            }
          });
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
    int from = Math.clamp(first, 0, Math.toIntExact(height));
    int to = Math.clamp(end, 0, Math.toIntExact(height));
    Window here =
        window.padding(
            new long[] {from - first, window.before(1)}, new long[] {end - to, window.after(1)});
    part.add(
        here,
        Images.rows(x, image, from, to - from),
        Images.rows(y, image, share.first(), share.count()));
  }
}
