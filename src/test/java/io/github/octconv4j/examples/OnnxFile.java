package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;

/** A network of one's own, by the names of its inputs and outputs. */
final class OnnxFile {
  private OnnxFile() {}

  static float[] run(Path file, float[] values) throws IOException {
    try (Network network = Network.load(file);
        Arena arena = Arena.ofConfined()) {
      Value input = network.inputs().getFirst();
      Tensor x = Tensor.of(arena, values, 1, 3, 224, 224);
      Map<String, Tensor> y = network.run(Map.of(input.name(), x));
      return y.get(network.outputs().getFirst().name()).floats();
    }
  }
}
