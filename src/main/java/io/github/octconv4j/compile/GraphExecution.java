package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What one thread at a time needs to run a {@link CompiledGraph}. */
public final class GraphExecution implements AutoCloseable {
  private final CompiledGraph compiled;
  private final Execution execution;

  GraphExecution(CompiledGraph compiled, String name) {
    this.compiled = compiled;
    this.execution = compiled.program().newExecution(name);
  }

  /**
   * Runs a {@linkplain CompiledGraph#isWhole whole} graph in the caller's memory.
   *
   * @param inputs memory of each input by name, row by row
   * @param outputs memory of each output by name, to be written row by row
   */
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    try {
      compiled.inputs().forEach((name, operand) -> bind(operand, name, inputs));
      compiled.outputs().forEach((name, operand) -> bind(operand, name, outputs));
      execution.run();
    } finally {
      execution.unbind(); // an idle execution must not keep the caller's memory alive
    }
  }

  private void bind(Operand operand, String name, Map<String, Tensor> tensors) {
    Tensor tensor = Objects.requireNonNull(tensors.get(name), name);
    execution.bind(operand, new Tensor(operand.desc(), tensor.segment()));
  }

  /** Memory of a run with copies of the inputs. */
  private record Copies(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {}

  private Copies copies(Map<String, TensorData> given, Arena arena) {
    Map<String, Tensor> inputs = new HashMap<>();
    compiled
        .inputs()
        .forEach(
            (name, operand) -> {
              Tensor tensor = Tensor.allocate(operand.desc(), arena);
              MemorySegment elements = Objects.requireNonNull(given.get(name), name).segment();
              MemorySegment.copy(elements, 0, tensor.segment(), 0, elements.byteSize());
              inputs.put(name, tensor);
            });
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    compiled
        .outputs()
        .forEach((name, operand) -> outputs.put(name, Tensor.allocate(operand.desc(), arena)));
    return new Copies(inputs, outputs);
  }

  /**
   * Runs the graph on copies.
   *
   * @param given a tensor for each input, of exactly the sizes that it was compiled for
   * @return the graph's outputs by name, on the heap
   */
  public Map<String, TensorData> run(Map<String, TensorData> given) {
    Map<String, TensorData> results = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      Copies copies = copies(given, arena);
      run(copies.inputs(), copies.outputs());
      copies
          .outputs()
          .forEach(
              (name, tensor) ->
                  results.put(name, Elements.copy(tensor, compiled.head().type(name))));
    }
    Graph tail = compiled.tail();
    return tail == null ? results : Interpreter.ofHeap().run(tail, results);
  }

  /**
   * Runs the program several times.
   *
   * @param given a tensor for each input, as {@link #run(Map)} takes them
   * @param runs at least 1
   * @return the median time of each of the program's steps in nanoseconds
   */
  public long[] profile(Map<String, TensorData> given, int runs) {
    try (Arena arena = Arena.ofConfined()) {
      Copies copies = copies(given, arena);
      compiled.inputs().forEach((name, operand) -> bind(operand, name, copies.inputs()));
      compiled.outputs().forEach((name, operand) -> bind(operand, name, copies.outputs()));
      return execution.profile(runs);
    } finally {
      execution.unbind();
    }
  }

  @Override
  public void close() {
    execution.close();
  }
}
