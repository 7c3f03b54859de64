package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** Runs a single operation once, with its tensors in whatever layouts the primitive wants. */
final class Run {
  private Run() {}

  /** Returns the destination of a run, in row-major order of its logical dimensions. */
  static float[] run(Engine engine, Operation operation, Map<Arg, float[]> values) {
    return run(engine, operation, Attributes.NONE, values);
  }

  /**
   * Returns the destination of a run, in row-major order of its logical dimensions.
   *
   * @param values of each argument that is read, the destination for sums included
   */
  static float[] run(
      Engine engine, Operation operation, Attributes attributes, Map<Arg, float[]> values) {
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc desc = PrimitiveDesc.of(engine, operation, attributes);
        Primitive primitive = Primitive.of(desc);
        Stream stream = Stream.of(engine)) {
      Map<Arg, Tensor> tensors = new HashMap<>();
      desc.descs()
          .forEach(
              (arg, wanted) -> {
                Tensor tensor = Tensor.allocate(wanted, arena);
                if (values.containsKey(arg)) {
                  Reorder.copy(engine, Tensor.of(arena, values.get(arg), wanted.dims()), tensor);
                }
                tensors.put(arg, tensor);
              });
      try (Arguments arguments = Arguments.ofTensors(primitive, tensors)) {
        primitive.execute(stream, arguments);
      }
      return plain(engine, tensors.get(Arg.DST), arena);
    }
  }

  /** Returns the elements of a tensor of any layout and type, by a reorder. */
  static float[] plain(Engine engine, Tensor tensor, Arena arena) {
    MemoryDesc desc =
        MemoryDesc.of(DataType.F32, FormatTag.rowMajor(tensor.desc().rank()), tensor.desc().dims());
    Tensor plain = Tensor.allocate(desc, arena);
    Reorder.copy(engine, tensor, plain);
    return plain.floats();
  }
}
