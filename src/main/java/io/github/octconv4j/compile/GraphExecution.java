package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What one thread at a time needs to run a {@link CompiledGraph}: working memory, and copies. */
public final class GraphExecution implements AutoCloseable {
  private final CompiledGraph compiled;
  private final Execution execution;
  private final Map<String, Tensor> inputs = new HashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();

  GraphExecution(CompiledGraph compiled, String name) {
    this.compiled = compiled;
    this.execution = compiled.program().newExecution(name);
    try {
      compiled.inputs().forEach((value, operand) -> inputs.put(value, memory(operand)));
      compiled.outputs().forEach((value, operand) -> outputs.put(value, memory(operand)));
    } catch (RuntimeException | Error e) {
      execution.close();
      throw e;
    }
  }

  private Tensor memory(Operand operand) {
    return execution.allocate(operand);
  }

  /**
   * Runs the graph on copies.
   *
   * @param given a tensor for each input, of exactly the sizes that it was compiled for
   * @return the graph's outputs by name, on the heap
   */
  public Map<String, TensorData> run(Map<String, TensorData> given) {
    inputs.forEach(
        (name, tensor) -> {
          MemorySegment elements = Objects.requireNonNull(given.get(name), name).segment();
          MemorySegment.copy(elements, 0, tensor.segment(), 0, elements.byteSize());
        });
    execution.run();
    Map<String, TensorData> results = new LinkedHashMap<>();
    outputs.forEach(
        (name, tensor) -> results.put(name, Elements.copy(tensor, compiled.head().type(name))));
    Graph tail = compiled.tail();
    return tail == null ? results : Interpreter.ofHeap().run(tail, results);
  }

  @Override
  public void close() {
    execution.close();
  }
}
