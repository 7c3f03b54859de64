package io.github.octconv4j.nn;

import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens files and makes networks of them, which close them. What is wrong with a file is an {@link
 * IOException} of one line that begins with its path, and the file is closed.
 */
final class NetworkFiles {
  private NetworkFiles() {}

  /** Opens a safetensors file for a network that takes it over. */
  static Network safetensors(Path path, Function<SafetensorsFile, Network> opener)
      throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return opener.apply(file);
    } catch (UncheckedIOException e) {
      file.close();
      throw e.getCause(); // shortened while it was read
    } catch (IllegalArgumentException e) {
      file.close();
      String message = String.valueOf(e.getMessage()); // of a WeightStore it names the file already
      String begin = Printable.path(path) + ": ";
      throw new IOException(message.startsWith(begin) ? message : begin + message, e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Makes a network of an ONNX file.
   *
   * @param given what it expects of images; null for what the file says
   */
  static Network onnx(Path path, @Nullable NetworkInfo given) throws IOException {
    OnnxModel model = OnnxModel.open(path);
    try {
      String name = String.valueOf(path.getFileName());
      NetworkInfo found = GraphInfo.of(name, model.graph(), Metadata.of(model.metadata()));
      if (given != null) {
        GraphInfo.requireFit(given, found);
      }
      return new Network(
          given == null ? found : given,
          Computation.of(name, model.graph(), model),
          GraphInfo.notes(model.metadata()));
    } catch (UncheckedIOException e) {
      model.close();
      throw Objects.requireNonNull(e.getCause());
    } catch (IllegalArgumentException e) {
      model.close();
      throw new IOException(Printable.path(path) + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }
}
