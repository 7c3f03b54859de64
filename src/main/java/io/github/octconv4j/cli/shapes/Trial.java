package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Arguments;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Primitive;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Stream;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** An experiment in one layout and type of result, made by oneDNN. */
final class Trial implements AutoCloseable {
  private final Engine engine;
  private final Experiment experiment;
  private final Layout layout;
  private final DataType outputType;
  private final PrimitiveDesc desc;

  private Trial(
      Engine engine,
      Experiment experiment,
      Layout layout,
      DataType outputType,
      PrimitiveDesc desc) {
    this.engine = engine;
    this.experiment = experiment;
    this.layout = layout;
    this.outputType = outputType;
    this.desc = desc;
  }

  static Trial of(Engine engine, Experiment experiment, Layout layout, DataType outputType) {
    return new Trial(
        engine,
        experiment,
        layout,
        outputType,
        PrimitiveDesc.of(
            engine, experiment.operation(layout, outputType), experiment.attributes()));
  }

  DataType outputType() {
    return outputType;
  }

  /** Bytes of the tensors that a run allocates. */
  long bytes() {
    return desc.descs().values().stream()
        .filter(wanted -> !wanted.equals(Plain.desc(wanted.dims())))
        .mapToLong(MemoryDesc::bytes)
        .sum();
  }

  /**
   * Runs.
   *
   * @param inputs row-major F32 tensors
   * @param result takes the result, a row-major F32 tensor
   */
  void run(Map<Arg, Tensor> inputs, Tensor result) {
    poison(result);
    try (Arena arena = Arena.ofConfined();
        Primitive primitive = Primitive.of(desc);
        Stream stream = Stream.of(engine)) {
      Map<Arg, Tensor> tensors = new HashMap<>();
      desc.descs()
          .forEach(
              (arg, wanted) -> {
                Tensor plain = arg.equals(Arg.DST) ? result : inputs.get(arg);
                if (plain != null && plain.desc().equals(wanted)) {
                  tensors.put(arg, plain);
                  return;
                }
                Tensor tensor = poison(Tensor.allocate(wanted, arena));
                tensors.put(arg, tensor);
                if (inputs.containsKey(arg)) {
                  Reorder.copy(engine, plain, tensor);
                }
              });
      try (Arguments arguments = Arguments.ofTensors(primitive, tensors)) {
        primitive.execute(stream, arguments);
      }
      if (!tensors.get(Arg.DST).equals(result)) {
        Reorder.copy(engine, tensors.get(Arg.DST), result);
      }
    }
  }

  /** Not-a-number in each floating-point type: what should have been written and was not shows. */
  private static Tensor poison(Tensor tensor) {
    tensor.segment().fill((byte) 0xff);
    return tensor;
  }

  /** Returns for instance {@code max bf16 nhwc jit:avx512_core}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s %s %s",
        experiment.what(),
        Types.name(outputType),
        layout,
        desc.implementation());
  }

  @Override
  public void close() {
    desc.close();
  }
}
