package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;

/**
 * A part of images (n, c, h, w) that one thread makes, or one step: all columns of some images,
 * rows and channels.
 *
 * @param images of the batch
 * @param rows of each image
 * @param channels of each image
 */
record Region(Range images, Range rows, Range channels) {
  /** All of a tensor. */
  static Region all(MemoryDesc desc) {
    return new Region(Range.all(desc.dim(0)), Range.all(desc.dim(2)), Range.all(desc.dim(1)));
  }

  boolean isEmpty() {
    return images.isEmpty() || rows.isEmpty() || channels.isEmpty();
  }

  Region ofImages(Range some) {
    return new Region(some, rows, channels);
  }

  Region ofRows(Range some) {
    return new Region(images, some, channels);
  }

  Region ofChannels(Range some) {
    return new Region(images, rows, some);
  }

  /** The smallest region that holds both. */
  Region hull(Region other) {
    return new Region(
        images.hull(other.images), rows.hull(other.rows), channels.hull(other.channels));
  }

  /** The same region, counted from where another one begins. */
  Region relativeTo(Region origin) {
    return new Region(
        images.relativeTo(origin.images.first()),
        rows.relativeTo(origin.rows.first()),
        channels.relativeTo(origin.channels.first()));
  }

  /**
   * Returns the view of this region.
   *
   * @param x a dense tensor. Of rows or, in blocks, channels the region holds all or those of one
   *     image; channels in blocks begin with a block
   * @return one dense block of memory, but for some of the innermost channels
   */
  Operand of(Operand x, Layout layout) {
    MemoryDesc all = x.desc();
    if (equals(all(all))) {
      return x;
    }
    boolean within = layout == Layout.NHWC && !channels.isAll(all.dim(1));
    long c = within ? all.dim(1) : channels.count();
    long before =
        layout == Layout.NHWC
            ? (all.dim(2) * images.first() + rows.first()) * all.dim(1)
            : (all.dim(1) * images.first() + channels.first()) * all.dim(2);
    Operand block =
        x.view(
            before * all.dim(3) * all.type().bytes(),
            layout.desc(all.type(), images.count(), c, rows.count(), all.dim(3)));
    if (!within) {
      return block;
    }
    long[] dims = block.desc().dims();
    dims[1] = channels.count();
    return block.view(block.desc().submemory(dims, new long[] {0, channels.first(), 0, 0}));
  }
}
