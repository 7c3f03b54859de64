package io.github.octconv4j.bench.winograd;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.timing.Runner;
import io.github.octconv4j.trial.RandomData;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/** A primitive with source, weights and destination, in the layouts that it likes; one thread. */
final class OneStep implements Runner, AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final Program program;
  private final Execution execution;

  OneStep(Engine engine, Operation operation) {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      PrimitiveDesc desc = builder.describe(operation, Attributes.NONE);
      Operand x = builder.input("x", desc.desc(Arg.SRC));
      Operand w = builder.input("w", desc.desc(Arg.WEIGHTS));
      Operand y = builder.output("y", desc.desc(Arg.DST));
      builder.add(operation.kind(), desc, Map.of(Arg.SRC, x, Arg.WEIGHTS, w, Arg.DST, y));
      program = builder.build();
      execution = program.newExecution();
      Map<Operand, Tensor> tensors = new HashMap<>();
      for (Operand operand : new Operand[] {x, w, y}) {
        tensors.put(operand, Tensor.allocate(operand.desc(), arena));
      }
      new RandomData().fill(tensors.get(x));
      new RandomData().fill(tensors.get(w));
      tensors.forEach(execution::bind);
    }
  }

  @Override
  public void run() {
    execution.run();
  }

  @Override
  public void close() {
    execution.close();
    program.close();
    arena.close();
  }
}
