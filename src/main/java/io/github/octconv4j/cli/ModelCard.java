package io.github.octconv4j.cli;

import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the file of an embedded network says of it beside its weights.
 *
 * @param accuracy share of a test set that PyTorch found right with these weights, in F32
 * @param symbols a character for each class, or none
 */
record ModelCard(double accuracy, List<String> symbols) {
  ModelCard {
    symbols = List.copyOf(symbols);
  }

  /**
   * Reads it from the metadata of a safetensors file.
   *
   * @param accuracyKey of the share
   * @param symbolsKey of the characters, as a JSON array; "" where classes have none
   * @throws IOException if the file is damaged or says something else
   */
  static ModelCard read(Path file, String accuracyKey, String symbolsKey) throws IOException {
    try (SafetensorsFile weights = SafetensorsFile.open(file)) {
      Metadata metadata = Metadata.of(weights);
      return new ModelCard(
          metadata.decimal(accuracyKey),
          symbolsKey.isEmpty() ? List.of() : metadata.texts(symbolsKey));
    } catch (IllegalArgumentException e) {
      throw new IOException(Printable.path(file) + ": " + e.getMessage(), e);
    }
  }
}
