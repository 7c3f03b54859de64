package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;

/**
 * Fills tensors with integers that look random and are the same in each run: an element's value
 * depends on the seed and its index alone.
 *
 * @param least smallest value
 * @param largest largest value
 * @param factor by which values are multiplied
 * @param density share of the elements that are not set to 0
 */
record IntegerFill(int least, int largest, int factor, double density) {
  private static final long CHUNK = 1 << 16;

  /** Writes all elements of a row-major F32 tensor, whose memory any thread may access. */
  void fill(Tensor tensor, long seed) {
    long elements = tensor.desc().elements();
    LongStream.range(0, Math.ceilDiv(elements, CHUNK))
        .parallel()
        .forEach(c -> fill(tensor.segment(), seed, c * CHUNK, Math.min(elements, (c + 1) * CHUNK)));
  }

  private void fill(MemorySegment segment, long seed, long from, long to) {
    long values = largest - least + 1L;
    long kept = (long) (density * (1L << 32));
    for (long i = from; i < to; i++) {
      long random = mix(seed + i * 0x9e3779b97f4a7c15L);
      // The upper half decides whether, the lower half which.
      boolean keep = random >>> 32 < kept;
      int value = keep ? (least + (int) (((random & 0xffffffffL) * values) >>> 32)) * factor : 0;
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  /** The finaliser of SplitMix64: Steele, Lea and Flood, OOPSLA 2014. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
