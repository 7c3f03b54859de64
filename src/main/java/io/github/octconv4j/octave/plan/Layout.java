package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import java.util.Locale;

/** How the tensors of a plan lie in memory. */
public enum Layout {
  /** Channels innermost. Any number of channels is fast, and rows of an image are one block. */
  NHWC,
  /**
   * Blocks of as many channels as a vector register has floats. Fast where the blocks are full;
   * others are filled up with channels of zeros. Blocks of channels of a single image are one block
   * of memory.
   */
  BLOCKED;

  /** Returns the number of channels in a block, on this processor and for 4-byte elements. */
  static int blockSize() {
    return CpuIsa.vectorFloats();
  }

  /** Returns how many channels the tensors have in which {@code channels} are kept. */
  int padded(int channels) {
    long block = blockSize();
    long padded = this == NHWC ? channels : (channels + block - 1) / block * block;
    if (padded > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d channels can't be filled up to whole blocks of %d",
              channels,
              block));
    }
    return (int) padded;
  }

  /** Returns oneDNN's name. */
  FormatTag tag() {
    if (this == NHWC) {
      return FormatTag.NHWC;
    }
    return blockSize() == 16 ? FormatTag.NCHW16C : FormatTag.NCHW8C;
  }

  /** Returns the descriptor of an image (n, c, h, w), blocks filled up as oneDNN does. */
  MemoryDesc desc(DataType type, long... dims) {
    return MemoryDesc.of(type, tag(), dims);
  }
}
