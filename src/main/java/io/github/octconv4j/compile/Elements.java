package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import java.lang.foreign.MemorySegment;

/** The memory of programs, row by row, as graphs see it. */
final class Elements {
  private Elements() {}

  /** What lies in memory, which is not copied. */
  static TensorData view(Tensor tensor, TensorType type) {
    MemorySegment bytes = tensor.segment().asSlice(0, Storage.size(type));
    return TensorData.of(type.element(), bytes, type.sizes());
  }

  /** A copy on the heap of what lies in memory. */
  static TensorData copy(Tensor tensor, TensorType type) {
    byte[] bytes = new byte[Math.toIntExact(Storage.size(type))];
    MemorySegment copy = MemorySegment.ofArray(bytes);
    MemorySegment.copy(tensor.segment(), 0, copy, 0, bytes.length);
    return TensorData.of(type.element(), copy, type.sizes());
  }
}
