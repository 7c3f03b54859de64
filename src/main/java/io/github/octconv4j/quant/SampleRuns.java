package io.github.octconv4j.quant;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.PlanOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs graphs on samples; weights are kept from one to the next. */
final class SampleRuns implements AutoCloseable {
  private final Engine engine = Engine.cpu();
  private final Constants constants = Constants.of(engine);
  private final PlanOptions options;

  SampleRuns(int threads) {
    this.options = PlanOptions.DEFAULT.threads(threads);
  }

  /** Takes what a graph gave for a sample. */
  interface Taker {
    void take(int sample, Map<String, TensorData> outputs);
  }

  /** Runs a graph on samples of one size, one after the other. */
  void run(Graph graph, List<Map<String, TensorData>> samples, Taker taker) {
    Map<String, long[]> sizes = new HashMap<>();
    samples.getFirst().forEach((name, data) -> sizes.put(name, data.dims()));
    try (CompiledGraph compiled =
            new GraphCompiler(engine, constants, graph)
                .compile(sizes, GraphCompiler.ImageLayout.ROWS, options);
        GraphExecution execution = compiled.newExecution("quantizer")) {
      for (int i = 0; i < samples.size(); i++) {
        taker.take(i, execution.run(samples.get(i)));
      }
    }
  }

  @Override
  public void close() {
    constants.close();
    engine.close();
  }
}
