package io.github.octconv4j.examples;

import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import java.nio.file.Path;

/** The second program of the README. */
public class NetworkExample {
  public static void main(String[] args) throws Exception {
    Model model = Model.of("oct_resnet50").alpha(0.5);
    // Random weights; with yours: Network.load(Path.of("oct_resnet50.safetensors"))
    try (Network network = Network.of(model, Parameters.random(1))) {
      Path picture = Path.of(args.length > 0 ? args[0] : "picture.jpg");
      Classification classes = network.classify(ImageFiles.read(picture));
      classes.top(5).forEach(System.out::println); // any thread may call
    }
  }
}
