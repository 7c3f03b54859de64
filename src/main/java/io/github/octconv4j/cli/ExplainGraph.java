package io.github.octconv4j.cli;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.RecognizeOctave;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.quant.Quantizer;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Compiles and measures graphs.
 *
 * @param options how plans are made
 * @param run the same in words
 * @param int8 whether graphs of floats are quantised first, on random values
 */
record ExplainGraph(PlanOptions options, String run, boolean int8) {
  private static final int ROUNDS = 15;
  private static final int SEED = 1904_05049;

  /**
   * Explains a file.
   *
   * @param sizes of its inputs, where it leaves them open
   * @param batch of a first dimension that is open
   * @param imageSize of an open height and width; not positive for the usual one
   * @throws IOException if the file can't be read or the sizes don't fit; one line says what
   */
  ExplainGraphReport explain(Path file, GraphSizes sizes, int batch, int imageSize)
      throws IOException {
    try (OnnxModel model = OnnxModel.open(file);
        Network network = Network.of(model.graph())) {
      Map<String, long[]> bound = sizes.of(model.graph(), batch, imageSize);
      return explain(network, model.toString(), bound, model.metadata());
    }
  }

  /** Explains a known architecture with random weights. */
  ExplainGraphReport explain(Model model, int batch) {
    try (Network network = Network.of(model, Parameters.random(SEED))) {
      int size = model.imageSize();
      long[] sizes = {batch, network.info().channels(), size, size};
      String image = network.inputs().getFirst().name();
      return explain(network, model.toString(), Map.of(image, sizes), Map.of());
    }
  }

  private ExplainGraphReport explain(
      Network network, String name, Map<String, long[]> sizes, Map<String, String> metadata) {
    if (!int8) {
      return explain(network.operations(), name, sizes, metadata);
    }
    try (Network bytes = CalibratedNetworks.onNormalValues(network, sizes)) {
      return explain(bytes.operations(), name, sizes, bytes.notes());
    }
  }

  private ExplainGraphReport explain(
      Graph given, String name, Map<String, long[]> bound, Map<String, String> metadata) {
    try (Engine engine = Engine.cpu();
        Constants constants = Constants.of(engine)) {
      Graph graph = given.bind(bound);
      RecognizeOctave.Result octave = RecognizeOctave.find(Passes.simplify(graph));
      long begin = System.nanoTime();
      try (CompiledGraph compiled =
              new GraphCompiler(engine, constants, given)
                  .compile(bound, GraphCompiler.ImageLayout.ROWS, options);
          GraphExecution execution = compiled.newExecution(graph.name())) {
        long compiling = System.nanoTime() - begin;
        long[] nanos = execution.profile(inputs(graph), ROUNDS);
        return new ExplainGraphReport(
            Machine.here(options.threads()),
            name,
            run,
            graph.inputs().stream().map(Object::toString).toList(),
            graph.outputs().stream().map(output -> output + ": " + graph.type(output)).toList(),
            notes(metadata),
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

  /** What a file says of the processors that it was quantised for. */
  private static List<String> notes(Map<String, String> metadata) {
    return switch (metadata.getOrDefault(Quantizer.MADE_FOR, "")) {
      case "" -> List.of();
      case "any" -> List.of("quantised for any processor, with 7 bits of weights");
      case "vnni" ->
          List.of(
              "quantised for processors with VNNI, with 8 bits of weights"
                  + (CpuIsa.addsBytesShort()
                      ? "; this one has none, and computes them in floats"
                      : ""));
      case String other -> List.of("quantised for " + Printable.text(other));
    };
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
