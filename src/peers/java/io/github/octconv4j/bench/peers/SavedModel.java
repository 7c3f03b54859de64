package io.github.octconv4j.bench.peers;

import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Architectures with random weights as ONNX files, for {@code scripts/bench peers onnx}. */
final class SavedModel {
  private static final Path FOLDER = Path.of("target", "bench");
  private static final long SEED = 1904_05049;
  private static final double USUAL_ALPHA = 0.5;

  private SavedModel() {}

  /**
   * Returns the file that a text names, or writes one: {@code oct_resnet50} has an alpha of .5,
   * {@code oct_resnet50@.25} that one.
   */
  static Path of(String text) throws IOException {
    Path file = Path.of(text);
    if (Files.exists(file) || text.endsWith(".onnx")) {
      return file;
    }
    String[] parts = text.split("@", 2);
    Model model = Model.of(parts[0]);
    double alpha = text.startsWith("oct_") ? USUAL_ALPHA : 0;
    model = model.alpha(parts.length > 1 ? Double.parseDouble(parts[1]) : alpha);
    Path saved = FOLDER.resolve(model.architecture() + "-" + model.alpha() + ".onnx");
    Files.createDirectories(FOLDER);
    try (Network network = Network.of(model, Parameters.random(SEED))) {
      network.save(saved);
    }
    return saved;
  }
}
