package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an {@link Operation} needs to ask oneDNN for a primitive descriptor. */
final class Creation {
  private final CallArena arena;
  private final MemorySegment out;
  private final MemorySegment engine;
  private final MemorySegment attributes;
  private final UnitStrides unitStrides;
  private final boolean plain;
  private final Operation operation;

  Creation(
      CallArena arena,
      MemorySegment out,
      MemorySegment engine,
      Operation operation,
      Attributes attributes) {
    this.arena = arena;
    this.out = out;
    this.engine = engine;
    this.operation = operation;
    this.plain = attributes.postOps().list().isEmpty() && attributes.quantization().isEmpty();
    this.unitStrides = UnitStrides.of(tensors(operation), arena);
    this.attributes = attributes.in(arena, unitStrides);
  }

  /** What is read and written, weights and bias aside. */
  private static List<MemoryDesc> tensors(Operation operation) {
    return operation.descs().entrySet().stream()
        .filter(e -> !e.getKey().equals(Arg.WEIGHTS) && !e.getKey().equals(Arg.BIAS))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Asks oneDNN for the primitive descriptor and returns its answer. */
  int status() {
    return switch (operation) {
      case Binary op -> op.create(this);
      case Concat op -> op.create(this);
      case Convolution op -> op.create(this);
      case Eltwise op -> op.create(this);
      case InnerProduct op -> op.create(this);
      case MatMul op -> op.create(this);
      case Pooling op -> op.create(this);
      case Reorder op -> op.create(this);
      case Resampling op -> op.create(this);
      case Softmax op -> op.create(this);
      case Sum op -> op.create(this);
    };
  }

  /** For descriptors and arrays that live as long as the call. */
  CallArena arena() {
    return arena;
  }

  /** Where the new handle is to be written. */
  MemorySegment out() {
    return out;
  }

  MemorySegment engine() {
    return engine;
  }

  MemorySegment attributes() {
    return attributes;
  }

  /** Whether there are no post-ops, scales and zero points. */
  boolean isPlain() {
    return plain;
  }

  /** oneDNN's descriptor of a tensor of the operation. */
  MemorySegment desc(MemoryDesc tensor) {
    return unitStrides.in(arena, tensor);
  }

  /** An array of pointers to the descriptors of tensors of the operation. */
  MemorySegment descs(List<MemoryDesc> tensors) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, desc(tensors.get(i)));
    }
    return array;
  }

  /** oneDNN's descriptor of weights or a bias, its null pointer where there are none. */
  MemorySegment weights(@Nullable MemoryDesc weightsOrNull) {
    return weightsOrNull == null
        ? MemorySegment.NULL
        : UnitStrides.ROW_MAJOR.in(arena, weightsOrNull);
  }
}
