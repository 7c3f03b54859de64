package io.github.octconv4j.onnx;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;

/**
 * Multiplies a row of zeros that begins with a 3 and ends with a 5 by the matrix of a file: {@code
 * FILE COLUMNS}.
 */
final class LargeWeight {
  private LargeWeight() {}

  public static void main(String[] args) throws IOException {
    int n = Integer.parseInt(args[1]);
    float[] row = new float[n];
    row[0] = 3;
    row[n - 1] = 5;
    try (Network network = Network.load(Path.of(args[0]));
        Arena arena = Arena.ofConfined()) {
      float[] y = network.run(Map.of("x", Tensor.of(arena, row, 1, n))).get("y").floats();
      System.out.println("first " + y[0] + " last " + y[n - 1]);
    }
  }
}
