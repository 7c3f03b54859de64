package io.github.octconv4j.cli;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.octave.PlanOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs graphs in one of the ways that there are, one after the other. */
interface GraphRunner extends AutoCloseable {
  /**
   * Runs a graph.
   *
   * @param inputs a tensor for each input by name
   * @return the outputs by name
   */
  Map<String, TensorData> run(Graph graph, Map<String, TensorData> inputs);

  /** What there is to say about the last run, a line each. */
  List<String> notes();

  @Override
  void close();

  /** Everything in plain Java. */
  static GraphRunner interpreter() {
    return new GraphRunner() {
      @Override
      public Map<String, TensorData> run(Graph graph, Map<String, TensorData> inputs) {
        return Interpreter.ofHeap().run(graph, inputs);
      }

      @Override
      public List<String> notes() {
        return List.of();
      }

      @Override
      public void close() {
        // nothing is kept
      }
    };
  }

  /** On oneDNN, and in Java what it has nothing for. */
  static GraphRunner oneDnn() {
    return new Compiled();
  }

  /** Compiles each graph for the sizes of its inputs. */
  final class Compiled implements GraphRunner {
    private final Engine engine = Engine.cpu();
    private List<String> notes = List.of();

    private Compiled() {}

    @Override
    public Map<String, TensorData> run(Graph graph, Map<String, TensorData> inputs) {
      notes = List.of();
      Map<String, long[]> sizes = new LinkedHashMap<>();
      graph.inputs().forEach(input -> sizes.put(input.name(), inputs.get(input.name()).dims()));
      try (Constants constants = Constants.of(engine);
          CompiledGraph compiled =
              new GraphCompiler(engine, constants, graph)
                  .compile(sizes, GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT);
          GraphExecution execution = compiled.newExecution(graph.name())) {
        notes = compiled.notes();
        return execution.run(inputs);
      }
    }

    @Override
    public List<String> notes() {
      return notes;
    }

    @Override
    public void close() {
      engine.close();
    }
  }
}
