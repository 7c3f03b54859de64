package io.github.octconv4j.bench.start;

import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.nio.file.Path;

/** The first result of a network; arguments are its file, that of an image, and for the result. */
final class NetworkStart {
  private NetworkStart() {}

  public static void main(String[] args) throws IOException {
    FirstResult clock = new FirstResult();
    float[] image = FirstResult.floats(Path.of(args[1]));
    try (Network network = Network.load(Path.of(args[0]))) {
      clock.print(Path.of(args[2]), network.run(image));
    }
  }
}
