package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How the elements of a tensor lie in memory where oneDNN tells: in blocks, which are single
 * elements in plain layouts. All in units of elements. Immutable.
 */
final class Blocking {
  private final long offset;
  private final long[] paddedDims;
  private final long[] strides;
  private final long[] innerBlocks;
  private final long[] innerDims;

  /**
   * Takes the arrays as they are.
   *
   * @param offset of the first element
   * @param paddedDims dimensions with the last block filled up
   * @param strides distance of neighbouring blocks in each dimension
   * @param innerBlocks sizes of the blocks inside, outermost first
   * @param innerDims the dimension that each of them divides
   */
  Blocking(long offset, long[] paddedDims, long[] strides, long[] innerBlocks, long[] innerDims) {
    this.offset = offset;
    this.paddedDims = paddedDims;
    this.strides = strides;
    this.innerBlocks = innerBlocks;
    this.innerDims = innerDims;
  }

  /** The same layout in memory where the first element has this offset. */
  Blocking at(long first) {
    return first == offset
        ? this
        : new Blocking(first, paddedDims, strides, innerBlocks, innerDims);
  }

  /** How many blocks there are along each dimension, the one counted that is not whole. */
  private long[] blocks() {
    long[] blocks = paddedDims.clone();
    long[] sizes = blockSizes();
    for (int d = 0; d < blocks.length; d++) {
      blocks[d] = Math.ceilDiv(blocks[d], sizes[d]);
    }
    return blocks;
  }

  /** The elements of a block along each dimension; 1 where it is not divided. */
  private long[] blockSizes() {
    long[] sizes = new long[paddedDims.length];
    Arrays.fill(sizes, 1);
    for (int i = 0; i < innerBlocks.length; i++) {
      sizes[(int) innerDims[i]] *= innerBlocks[i];
    }
    return sizes;
  }

  /** Whether some dimension is divided into blocks. */
  boolean isBlocked() {
    return innerBlocks.length > 0;
  }

  /**
   * Whether a block belongs to this tensor in part only: a part of a larger tensor ends within it,
   * and the rest of the block holds the neighbours' elements.
   */
  boolean sharesBlock() {
    long[] sizes = blockSizes();
    for (int d = 0; d < sizes.length; d++) {
      if (paddedDims[d] % sizes[d] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether there are elements that only fill up the last block. */
  boolean isPadded(long[] dims) {
    return !Arrays.equals(paddedDims, dims);
  }

  /** Whether nothing lies between the elements, padding aside, whatever the order. */
  boolean isDense() {
    long elements = Arrays.stream(innerBlocks).reduce(1, (p, q) -> p * q);
    return end() - offset == Arrays.stream(blocks()).reduce(elements, (p, q) -> p * q);
  }

  /** The dimensions with the last block filled up; a copy. */
  long[] paddedDims() {
    return paddedDims.clone();
  }

  /** The distance of neighbouring blocks in each dimension, in elements; a copy. */
  long[] strides() {
    return strides.clone();
  }

  /** One past the last element, padding included. */
  long end() {
    long[] blocks = blocks();
    long end = offset + Arrays.stream(innerBlocks).reduce(1, (p, q) -> p * q);
    for (int d = 0; d < blocks.length; d++) {
      end += (blocks[d] - 1) * strides[d];
    }
    return end;
  }

  /** Where the element at a position lies, which is inside the dimensions. */
  long offset(long[] position) {
    long[] rest = position.clone();
    long at = offset;
    long step = 1;
    for (int i = innerBlocks.length - 1; i >= 0; i--) {
      int d = (int) innerDims[i];
      at += rest[d] % innerBlocks[i] * step;
      rest[d] /= innerBlocks[i];
      step *= innerBlocks[i];
    }
    for (int d = 0; d < rest.length; d++) {
      at += rest[d] * strides[d];
    }
    return at;
  }

  /** Returns oneDNN's name of the layout, and the strides where there are gaps. */
  @Override
  public String toString() {
    boolean[] blocked = new boolean[paddedDims.length];
    StringBuilder inner = new StringBuilder();
    for (int i = 0; i < innerBlocks.length; i++) {
      int d = (int) innerDims[i];
      blocked[d] = true;
      inner.append(innerBlocks[i]).append((char) ('a' + d));
    }
    long[] blocks = blocks();
    // Outermost first; of equal strides the one with more steps is outer.
    String outer =
        IntStream.range(0, paddedDims.length)
            .boxed()
            .sorted(
                (p, q) ->
                    strides[p] != strides[q]
                        ? Long.compare(strides[q], strides[p])
                        : Long.compare(blocks[q], blocks[p]))
            .map(d -> String.valueOf((char) ((blocked[d] ? 'A' : 'a') + d)))
            .collect(Collectors.joining());
    String text = outer + inner;
    if (!isDense()) {
      text += " strides " + Arrays.toString(strides);
    }
    return offset == 0 ? text : text + " from element " + offset;
  }
}
