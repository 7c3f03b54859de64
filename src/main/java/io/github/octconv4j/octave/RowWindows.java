package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Window;

/**
 * Adds convolutions and poolings of any stride that the threads of a program share: each has images
 * of the batch, or rows of the output with the input rows that these need. Channels are innermost.
 */
public final class RowWindows {
  private final OctaveProgramBuilder builder;

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
    this.builder = builder;
  }

  /**
   * Adds one operation on whole images.
   *
   * @param window of the whole image
   * @param x (n, c, h, w)
   * @param y as large as the window makes it
   */
  public void add(Window window, Operand x, Operand y, Part part) {
    int threads = builder.threads();
    int batch = Math.toIntExact(x.desc().dim(0));
    int rows = Math.toIntExact(y.desc().dim(2));
    if (threads == 1) {
      part.add(window, x, y);
    } else if (batch % threads == 0) {
      int each = batch / threads;
      builder
          .program()
          .sideBySide(
              threads,
              lane ->
                  part.add(
                      window,
                      Images.ofBatch(x, Layout.NHWC, lane * each, each),
                      Images.ofBatch(y, Layout.NHWC, lane * each, each)));
    } else {
      builder
          .program()
          .sideBySide(
              threads,
              lane -> {
                Share share = Share.of(rows, 1, lane, threads);
                for (int image = 0; image < batch && share.count() > 0; image++) {
                  addRows(window, x, y, image, share, part);
                }
              });
    }
  }

  private static void addRows(
      Window window, Operand x, Operand y, int image, Share share, Part part) {
    long height = x.desc().dim(2);
    long first = share.first() * window.stride(0) - window.before(0);
    long end = (share.end() - 1) * window.stride(0) - window.before(0) + window.reach(0) + 1;
    int from = (int) Math.clamp(first, 0, height);
    int to = (int) Math.clamp(end, 0, height);
    Window here =
        window.padding(
            new long[] {from - first, window.before(1)}, new long[] {end - to, window.after(1)});
    part.add(
        here,
        Images.rows(x, image, from, to - from),
        Images.rows(y, image, share.first(), share.count()));
  }
}
