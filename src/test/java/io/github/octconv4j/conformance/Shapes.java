package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Draws awkward sizes, and layouts of every form that a descriptor can have. */
final class Shapes {
  private static final int[] CHANNELS = {
    1, 2, 3, 5, 7, 8, 8, 9, 15, 16, 16, 17, 23, 24, 32, 32, 33
  };
  private static final int[] BATCH = {1, 1, 1, 2, 2, 3};
  private static final int[] SPATIAL = {1, 1, 2, 3, 4, 5, 6, 7};

  private final Random random;

  Shapes(Random random) {
    this.random = random;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  @SafeVarargs
  final <T> T one(T... values) {
    return values[random.nextInt(values.length)];
  }

  int channels() {
    return CHANNELS[random.nextInt(CHANNELS.length)];
  }

  /** Dimensions (n, c, spatial...) of a rank from 1. */
  long[] dims(int rank) {
    long[] dims = new long[rank];
    for (int d = 0; d < rank; d++) {
      dims[d] =
          d == 0 && rank > 1
              ? BATCH[random.nextInt(BATCH.length)]
              : d <= 1 ? channels() : SPATIAL[random.nextInt(rank == 5 ? 5 : SPATIAL.length)];
    }
    return dims;
  }

  /**
   * Dimensions of which any may be what a vector holds: transposing these has kernels of its own.
   */
  long[] tiles(int rank) {
    long[] dims = new long[rank];
    for (int d = 0; d < rank; d++) {
      dims[d] = rank == 5 ? one(1, 2, 3, 8) : one(1, 2, 3, 5, 8, 8, 16, 16);
    }
    return dims;
  }

  /** The layouts that have names; blocks divide the second dimension. */
  static List<FormatTag> tags(int rank) {
    return Arrays.stream(FormatTag.values())
        .filter(tag -> tag != FormatTag.ANY && tag.rank() == rank)
        .toList();
  }

  /** One of the layouts with a name, so that arguments can be alike; -1 for a rank without. */
  FormatTag tag(int rank) {
    List<FormatTag> tags = tags(rank);
    return tags.get(random.nextInt(tags.size()));
  }

  /** The layout of another rank or of other dimensions that is like this one. */
  static MemoryDesc like(FormatTag tag, DataType type, long[] dims) {
    return MemoryDesc.of(type, tag, dims);
  }

  /** Any form. */
  MemoryDesc any(DataType type, long[] dims) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> like(tag(dims.length), type, dims);
      case 2 -> permuted(type, dims, 0);
      case 3 -> permuted(type, dims, 0.3);
      case 4 -> gap(type, dims);
      case 5 -> odd(type, dims);
      default -> part(type, dims, tag(dims.length));
    };
  }

  /** Dimensions in any order, perhaps with gaps. */
  private MemoryDesc permuted(DataType type, long[] dims, double gaps) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      order.add(d);
    }
    Collections.shuffle(order, random);
    return MemoryDesc.strided(type, dims, strides(dims, order, gaps));
  }

  private long[] strides(long[] dims, List<Integer> order, double gaps) {
    long[] strides = new long[dims.length];
    long stride = chance(gaps / 3) ? 2 : 1;
    for (int d : order.reversed()) {
      strides[d] = stride;
      stride *= dims[d];
      stride += chance(gaps) ? 1L + below(9) : 0;
    }
    return strides;
  }

  /** A common order with a gap between images, channels, rows or pixels. */
  private MemoryDesc gap(DataType type, long[] dims) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      order.add(d);
    }
    if (dims.length > 2 && chance(0.6)) {
      order.remove(1);
      order.add(1);
    }
    long[] strides = new long[dims.length];
    int at = below(dims.length);
    long stride = 1;
    for (int d : order.reversed()) {
      strides[d] = stride;
      stride *= dims[d];
      stride += at-- == 0 ? one(1, 3, 8, 16) : 0;
    }
    return MemoryDesc.strided(type, dims, strides);
  }

  /** Strides of single dimensions that mean nothing. */
  private MemoryDesc odd(DataType type, long[] dims) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      order.add(d);
    }
    if (dims.length > 2 && chance(0.5)) {
      order.remove(1);
      order.add(1);
    }
    long[] strides = strides(dims, order, 0);
    for (int d = 0; d < dims.length; d++) {
      strides[d] = dims[d] == 1 ? one(1, 2, 7, 1000) : strides[d];
    }
    return MemoryDesc.strided(type, dims, strides);
  }

  /**
   * The beginning, middle or end of a larger tensor of this layout, along one or all dimensions.
   */
  MemoryDesc part(DataType type, long[] dims, FormatTag tag) {
    long[] larger = dims.clone();
    long[] from = new long[dims.length];
    int along = below(dims.length);
    for (int d = 0; d < dims.length; d++) {
      if (d == along || chance(0.25)) {
        int block = d == 1 ? 16 : 1;
        int before = block * below(3);
        from[d] = before;
        larger[d] += (long) before + one(0, 1, block, 2 * block);
      }
    }
    try {
      return MemoryDesc.of(type, tag, larger).submemory(dims, from);
    } catch (RuntimeException e) {
      return like(tag, type, dims); // a part can't begin or end there
    }
  }
}
