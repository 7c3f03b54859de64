package io.github.octconv4j.cli;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.RecognizeOctave;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Compiles and measures the graph of an ONNX file. */
final class ExplainGraph {
  private static final int ROUNDS = 15;
  private static final int SEED = 1904_05049;

  private ExplainGraph() {}

  /**
   * Explains a file.
   *
   * @param sizes of its inputs, where it leaves them open
   * @param batch of a first dimension that is open
   * @param imageSize of an open height and width; not positive for the usual one
   * @throws IOException if the file can't be read or the sizes don't fit; one line says what
   */
  static ExplainGraphReport explain(
      Path file, GraphSizes sizes, int batch, int imageSize, PlanOptions options)
      throws IOException {
    try (OnnxModel model = OnnxModel.open(file);
        Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine)) {
      Map<String, long[]> bound = sizes.of(model.graph(), batch, imageSize);
      Graph graph = model.graph().bind(bound);
      RecognizeOctave.Result octave = RecognizeOctave.find(Passes.simplify(graph));
      long begin = System.nanoTime();
      try (CompiledGraph compiled =
              new GraphCompiler(engine, constants, model.graph())
                  .compile(bound, GraphCompiler.Images.ROWS, options);
          GraphExecution execution = compiled.newExecution(graph.name())) {
        long compiling = System.nanoTime() - begin;
        long[] nanos = execution.profile(inputs(graph), ROUNDS);
        return new ExplainGraphReport(
            Machine.here(options.threads()),
            model.toString(),
            Figures.run(options),
            graph.inputs().stream().map(Object::toString).toList(),
            graph.outputs().stream().map(name -> name + ": " + graph.type(name)).toList(),
            octave.recognized(),
            octave.rejected(),
            ExplainGraphReport.Step.of(compiled.program().steps(), nanos),
            compiled.interpreted(),
            compiled.program().references(),
            compiling / 1_000_000,
            constants.bytes(),
            compiled.program().activationBytes(),
            compiled.program().multiplyAdds());
      }
    }
  }

  /** Normal values where they are floats, else zeros: no index is out of range. */
  private static Map<String, TensorData> inputs(Graph graph) {
    Random random = new Random(SEED);
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    graph.inputs().forEach(input -> inputs.put(input.name(), values(input.type(), random)));
    return inputs;
  }

  private static TensorData values(TensorType type, Random random) {
    long count = 1;
    for (long size : type.sizes()) {
      count = Math.multiplyExact(count, size);
    }
    if (type.element() != ElementType.F32) {
      byte[] zeros = new byte[Math.toIntExact(type.element().bytes(count))];
      return TensorData.of(type.element(), MemorySegment.ofArray(zeros), type.sizes());
    }
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return TensorData.of(values, type.sizes());
  }
}
