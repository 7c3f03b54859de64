package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The files beside a model that hold elements. They must lie in the model's folder or below it,
 * also when symbolic links are followed.
 */
final class ExternalData implements TensorProto.External, AutoCloseable {
  private static final int MOST_FILES = 1000;

  private final Path model;
  private final Map<Path, DataFile> files = new HashMap<>();

  ExternalData(Path model) {
    this.model = model;
  }

  @Override
  public TensorData.Reader open(Map<String, String> where, long bytes) throws IOException {
    String location = where.getOrDefault("location", "");
    DataFile file = file(location);
    long offset = number(where, "offset", 0);
    long length = number(where, "length", bytes);
    if (length != bytes || offset > file.size() || length > file.size() - offset) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "external data %s: offset %d and length %d don't fit %d bytes of a tensor and %d of the file",
              Printable.quote(location),
              offset,
              length,
              bytes,
              file.size()));
    }
    return (begin, target) -> file.read(offset + begin, target);
  }

  private static long number(Map<String, String> where, String key, long otherwise)
      throws IOException {
    String text = where.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IOException(
        String.format(
            Locale.ROOT,
            "external data has the %s %s, expected a number of at least 0",
            key,
            Printable.quote(text)));
  }

  private DataFile file(String location) throws IOException {
    Path folder = Objects.requireNonNull(model.toAbsolutePath().getParent()).toRealPath();
    Path real;
    try {
      Path relative = Path.of(location);
      if (location.isEmpty() || relative.isAbsolute()) {
        throw outside(location);
      }
      Path file = folder.resolve(relative).normalize();
      if (!file.startsWith(folder) || file.equals(folder)) {
        throw outside(location);
      }
      if (!Files.exists(file)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "external data %s: no such file beside the model",
                Printable.quote(location)));
      }
      real = file.toRealPath();
    } catch (InvalidPathException e) {
      throw outside(location);
    }
    if (!real.startsWith(folder)) {
      throw outside(location);
    }
    DataFile file = files.get(real);
    if (file == null) {
      if (files.size() == MOST_FILES) {
        throw new IOException("has external data in more than " + MOST_FILES + " files");
      }
      file = DataFile.open(real, "external data of an ONNX file");
      files.put(real, file);
    }
    return file;
  }

  private static IOException outside(String location) {
    return new IOException(
        String.format(
            Locale.ROOT,
            "external data %s is not inside of the model's folder",
            Printable.quote(location)));
  }

  @Override
  public void close() {
    files.values().forEach(DataFile::close);
  }
}
