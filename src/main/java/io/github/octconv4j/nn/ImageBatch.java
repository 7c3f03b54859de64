package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.image.Image;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * The memory of a network's images, filled from other layouts.
 *
 * @param tensor (n, c, h, w) floats with channels innermost
 * @param info what the network expects
 */
record ImageBatch(Tensor tensor, NetworkInfo info) {
  /** How many images there are. */
  long size() {
    return tensor.desc().dim(0);
  }

  void requireIndex(int index) {
    if (index < 0 || index >= size()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "index must be 0 to %d, was %d", size() - 1, index));
    }
  }

  /** Sets one image to a picture, scaled, cut and normalised. */
  void set(int index, Image image) {
    long bytes = tensor.desc().bytes() / size();
    new ImageInput(info).write(image, tensor.segment().asSlice(index * bytes, bytes));
  }

  /** Sets all images to normalised (n, c, h, w) floats row by row. */
  void set(MemorySegment images) {
    requireUsable("images", images);
    if (images.byteSize() != tensor.desc().bytes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "images must have %d floats for %s, had %d bytes",
              tensor.desc().elements(),
              tensor.desc(),
              images.byteSize()));
    }
    try {
      copy(images);
    } catch (IllegalStateException e) { // another thread closed an arena meanwhile
      requireUsable("images", images);
      throw e;
    }
  }

  private void copy(MemorySegment images) {
    long channels = tensor.desc().dim(1);
    long plane = tensor.desc().dim(2) * tensor.desc().dim(3);
    MemorySegment to = tensor.segment();
    for (long n = 0; n < size(); n++) {
      for (long c = 0; c < channels; c++) {
        long from = (n * channels + c) * plane;
        long first = n * channels * plane + c;
        for (long i = 0; i < plane; i++) {
          to.setAtIndex(
              ValueLayout.JAVA_FLOAT,
              first + i * channels,
              images.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (from + i) * Float.BYTES));
        }
      }
    }
  }

  static void requireUsable(String name, MemorySegment segment) {
    if (!segment.scope().isAlive() || !segment.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the memory of %s was freed with its arena, or belongs to a confined arena of another thread; keep the arena open, or take Arena.ofShared()",
              name));
    }
  }
}
