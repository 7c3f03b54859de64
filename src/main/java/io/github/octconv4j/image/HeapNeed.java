package io.github.octconv4j.image;

import java.util.Locale;

/** Refuses what the Java heap could not hold even if it were empty. */
final class HeapNeed {
  private static final int MIB = 1 << 20;

  private HeapNeed() {}

  /**
   * Compares the memory for an image with the most that the heap may grow to.
   *
   * @param bytes that must be there at once while it is decoded
   */
  static void check(int width, int height, long bytes) throws BadImageException {
    long most = Runtime.getRuntime().maxMemory();
    if (bytes > most) {
      throw new BadImageException(
          String.format(
                  Locale.ROOT,
                  "is %d x %d pixels large and takes %d MiB while it is read, more than the Java heap's %d",
                  width,
                  height,
                  bytes / MIB,
                  most / MIB)
              + " MiB; set a larger heap (-Xmx), or make the picture smaller");
    }
  }
}
