package io.github.octconv4j.image;

import java.util.List;

/**
 * The pixels that come one after the other: all of a picture, or those of one of the seven passes
 * of an interlaced one.
 *
 * @param left the first column
 * @param top the first row
 * @param across from one column to the next
 * @param down from one row to the next
 */
record PngPass(int left, int top, int across, int down) {
  private static final List<PngPass> WHOLE = List.of(new PngPass(0, 0, 1, 1));
  private static final List<PngPass> ADAM7 =
      List.of(
          new PngPass(0, 0, 8, 8),
          new PngPass(4, 0, 8, 8),
          new PngPass(0, 4, 4, 8),
          new PngPass(2, 0, 4, 4),
          new PngPass(0, 2, 2, 4),
          new PngPass(1, 0, 2, 2),
          new PngPass(0, 1, 1, 2));

  /** The passes of a picture. */
  static List<PngPass> of(PngHeader header) {
    return header.interlaced() ? ADAM7 : WHOLE;
  }

  /** Pixels in each row of the pass, 0 if there are none. */
  int columns(PngHeader header) {
    return header.width() <= left ? 0 : (header.width() - left + across - 1) / across;
  }

  /** Rows of the pass, 0 if there are none. */
  int rows(PngHeader header) {
    return columns(header) == 0 || header.height() <= top
        ? 0
        : (header.height() - top + down - 1) / down;
  }

  /** Bytes of the pass, each row with the number of its filter. */
  long bytes(PngHeader header) {
    return rows(header) * (1 + header.rowBytes(columns(header)));
  }
}
