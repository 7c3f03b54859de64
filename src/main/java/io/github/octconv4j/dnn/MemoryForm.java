package io.github.octconv4j.dnn;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What kind of layout a tensor has, as far as oneDNN's kernels are right or wrong with it. Where
 * the memory begins does not matter, nor do strides of dimensions of size 1.
 */
enum MemoryForm {
  /** oneDNN's own choice: {@code any}, or a layout that it keeps secret. */
  OWN,
  /** Plain, nothing between the elements, the last dimension innermost. */
  ROW_MAJOR,
  /** Plain, nothing between the elements, the second dimension innermost. */
  CHANNELS_LAST,
  /** Plain, nothing between the elements, another order. */
  PERMUTED,
  /** In blocks that are all full, nothing between them. */
  BLOCKED,
  /** In blocks, the last one filled up with zeros, nothing between them. */
  PADDED,
  /** Plain, with gaps between rows, images or channels, as in a part of a larger tensor. */
  GAPS,
  /** In blocks with gaps between them. */
  BLOCKED_GAPS,
  /** In blocks of which one belongs to a neighbour too. */
  SHARED_BLOCK;

  static MemoryForm of(MemoryDesc desc) {
    Blocking blocking = desc.blocking();
    if (blocking == null) {
      return OWN;
    }
    if (blocking.sharesBlock()) {
      return SHARED_BLOCK;
    }
    if (blocking.isBlocked()) {
      return !blocking.isDense() ? BLOCKED_GAPS : blocking.isPadded(desc.dims()) ? PADDED : BLOCKED;
    }
    if (!blocking.isDense()) {
      return GAPS;
    }
    if (isAscending(order(desc))) {
      return ROW_MAJOR;
    }
    return isChannelsLast(desc) ? CHANNELS_LAST : PERMUTED;
  }

  /**
   * Whether the elements lie as with channels innermost, which those of one channel or one pixel do
   * in row-major tensors too; so does what only oneDNN knows.
   */
  static boolean isChannelsLast(MemoryDesc desc) {
    List<Integer> order = order(desc);
    int channels = order.indexOf(1);
    return (channels < 0 || channels == order.size() - 1)
        && isAscending(order.stream().filter(d -> d != 1).toList());
  }

  /** The dimensions of more than one element, the outermost first, of a plain layout. */
  static List<Integer> order(MemoryDesc desc) {
    Blocking blocking = desc.blocking();
    if (blocking == null) {
      return List.of();
    }
    long[] strides = blocking.strides();
    return IntStream.range(0, desc.rank())
        .filter(d -> desc.dim(d) > 1)
        .boxed()
        .sorted(Comparator.comparingLong(d -> -strides[d]))
        .toList();
  }

  private static boolean isAscending(List<Integer> order) {
    return order.stream().sorted().toList().equals(order);
  }
}
