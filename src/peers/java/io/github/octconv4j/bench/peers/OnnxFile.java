package io.github.octconv4j.bench.peers;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * An ONNX file and values for its inputs.
 *
 * @param path the file
 * @param inputs normal values for all of them
 */
record OnnxFile(Path path, List<NamedTensor> inputs) {
  private static final long SEED = 1904_05049;

  /**
   * Reads which inputs there are.
   *
   * @param sizes gives the sizes of a graph's inputs by name
   * @throws IOException if the file can't be read, or has inputs or outputs that are no floats
   */
  static OnnxFile of(Path path, Function<Graph, Map<String, long[]>> sizes) throws IOException {
    try (OnnxModel model = OnnxModel.open(path)) {
      Graph graph = model.graph();
      Random random = new Random(SEED);
      List<NamedTensor> inputs = new ArrayList<>();
      sizes
          .apply(graph)
          .forEach((name, dims) -> inputs.add(new NamedTensor(name, values(dims, random), dims)));
      List<String> all = new ArrayList<>(graph.outputs());
      graph.inputs().forEach(input -> all.add(input.name()));
      for (String name : all) {
        if (graph.type(name).element() != ElementType.F32) {
          throw new IOException(
              String.format(
                  Locale.ROOT, "%s: %s is %s, expected floats", path, name, graph.type(name)));
        }
      }
      return new OnnxFile(path, inputs);
    }
  }

  /** Whether a file is of whole numbers, whose rounding differs between libraries by steps. */
  static boolean isQuantised(Path path) throws IOException {
    try (OnnxModel model = OnnxModel.open(path)) {
      return model.graph().nodes().stream()
          .map(Node::op)
          .anyMatch(op -> op instanceof QuantizeLinear || op instanceof QuantizedConv);
    }
  }

  private static float[] values(long[] dims, Random random) {
    int count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, Math.toIntExact(dim));
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
