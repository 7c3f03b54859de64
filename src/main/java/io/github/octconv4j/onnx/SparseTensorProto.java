package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads tensors of which only some elements are stored: values, and where they are, by one number
 * or by one for each dimension. They become usual ones when their elements are asked for.
 */
final class SparseTensorProto {
  private static final long MOST_BYTES = 1L << 28; // a few stored elements can claim any size

  private SparseTensorProto() {}

  static TensorProto.Named read(Wire wire, Message message, TensorProto.External external)
      throws IOException, UnsupportedException {
    TensorProto.@Nullable Named values = null;
    TensorProto.@Nullable Named indices = null;
    List<Long> list = new ArrayList<>();
    while (message.next()) {
      switch (message.field()) {
        case 1 -> values = TensorProto.read(wire, message.message(), external);
        case 2 -> indices = TensorProto.read(wire, message.message(), external);
        case 3 -> message.integers(list::add);
        default -> {}
      }
    }
    if (values == null || indices == null) {
      throw new IOException("a sparse tensor has no values or no indices");
    }
    long[] dims = list.stream().mapToLong(Long::longValue).toArray();
    try {
      return new TensorProto.Named(values.name(), dense(values.data(), indices.data(), dims));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(
          String.format(
              Locale.ROOT, "sparse tensor %s: %s", Printable.quote(values.name()), e.getMessage()),
          e);
    }
  }

  private static TensorData dense(TensorData values, TensorData indices, long[] dims) {
    long count = 1;
    for (long dim : dims) {
      if (dim < 1) {
        throw new IllegalArgumentException("has a dimension of " + dim);
      }
      count = Math.multiplyExact(count, dim);
    }
    long bytes = values.element().bytes(count);
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "has %d bytes as a usual one, at most %d can be", bytes, MOST_BYTES));
    }
    long[] places = places(indices, values.count(), dims, count);
    return TensorData.lazy(
        values.element(), () -> spread(values, places, Math.toIntExact(bytes)), dims);
  }

  /** The place of each value, counted row by row. */
  private static long[] places(TensorData indices, long values, long[] dims, long count) {
    long[] numbers = indices.toLongs();
    int each = indices.dims().length == 2 ? dims.length : 1;
    if (numbers.length != Math.multiplyExact(values, each)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "has %d values and indices %s", values, indices.type()));
    }
    long[] places = new long[Math.toIntExact(values)];
    for (int i = 0; i < places.length; i++) {
      for (int d = 0; d < each; d++) {
        long index = numbers[i * each + d];
        long size = each == 1 ? count : dims[d];
        if (index < 0 || index >= size) {
          throw new IllegalArgumentException(
              String.format(Locale.ROOT, "has the index %d of %d", index, size));
        }
        places[i] = places[i] * (each == 1 ? 1 : dims[d]) + index;
      }
    }
    return places;
  }

  private static MemorySegment spread(TensorData values, long[] places, int bytes) {
    MemorySegment from = values.segment();
    MemorySegment to = MemorySegment.ofArray(new byte[bytes]);
    long size = values.element().bytes(1);
    for (int i = 0; i < places.length; i++) {
      MemorySegment.copy(from, i * size, to, places[i] * size, size);
    }
    return to;
  }
}
