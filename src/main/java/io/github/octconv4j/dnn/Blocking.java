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

  /** How many blocks there are along each dimension. */
  private long[] blocks() {
    long[] blocks = paddedDims.clone();
    for (int i = 0; i < innerBlocks.length; i++) {
      blocks[(int) innerDims[i]] /= innerBlocks[i];
    }
    return blocks;
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
    boolean dense = end() == Arrays.stream(paddedDims).reduce(1, (p, q) -> p * q);
    return outer + inner + (dense ? "" : " strides " + Arrays.toString(strides));
  }
}
