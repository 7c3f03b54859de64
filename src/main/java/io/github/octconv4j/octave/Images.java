package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;

/** Views of parts of images that are one block of memory each. */
final class Images {
  /** Threads that share the rows of each image of a larger batch would make very many steps. */
  private static final int MOST_SHARED = 8;

  private Images() {}

  /** Whether threads take whole images, evenly or nearly so, and not rows of each image. */
  static boolean areWhole(int batch, int threads) {
    return batch % threads == 0 || batch > MOST_SHARED;
  }

  /** What one thread has of an image. */
  interface Rows {
    void of(int image, Share rows);
  }

  /** Says which rows of which images are those of one thread. */
  static void share(int batch, int rows, int lane, int lanes, Rows work) {
    boolean whole = areWhole(batch, lanes);
    Share images = whole ? Share.of(batch, 1, lane, lanes) : new Share(0, batch);
    Share own = whole ? new Share(0, rows) : Share.of(rows, 1, lane, lanes);
    for (int image = images.first(); image < images.end() && own.count() > 0; image++) {
      work.of(image, own);
    }
  }

  /** Images {@code first} to {@code first + count - 1} of a batch, in any layout. */
  static Operand ofBatch(Operand x, Layout layout, int first, int count) {
    MemoryDesc all = x.desc();
    MemoryDesc some = layout.desc(all.type(), count, all.dim(1), all.dim(2), all.dim(3));
    return x.view(all.bytes() / all.dim(0) * first, some);
  }

  /** Rows of one image, channels innermost. */
  static Operand rows(Operand x, int image, int first, int count) {
    MemoryDesc all = x.desc();
    long row = all.dim(3) * all.dim(1) * all.type().bytes();
    MemoryDesc some = Layout.NHWC.desc(all.type(), 1, all.dim(1), count, all.dim(3));
    return x.view((all.dim(2) * image + first) * row, some);
  }

  /** Pixels of all images, channels innermost, as an image of one row. */
  static Operand pixels(Operand x, Share share) {
    MemoryDesc all = x.desc();
    long pixel = all.dim(1) * all.type().bytes();
    MemoryDesc some = Layout.NHWC.desc(all.type(), 1, all.dim(1), 1, share.count());
    return x.view(share.first() * pixel, some);
  }

  /** Channels of a single image in blocks; {@code first} is the beginning of a block. */
  static Operand channels(Operand x, int first, int count) {
    MemoryDesc all = x.desc();
    long channel = all.dim(2) * all.dim(3) * all.type().bytes();
    MemoryDesc some = Layout.BLOCKED.desc(all.type(), 1, count, all.dim(2), all.dim(3));
    return x.view(first * channel, some);
  }
}
