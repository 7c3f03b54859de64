package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.graph.Graph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An ONNX file: its graph, and what it says about itself.
 *
 * <p>IR versions 3 to 13 and the operator sets since 7 can be read, older ones where nothing else
 * was meant; functions of the model take the place of the nodes that call them. The values of large
 * constants stay in the file until they are asked for, so that they can be read as long as the
 * model is open. Files with elements elsewhere are opened only inside of the model's folder.
 * Thread-safe.
 *
 * {@snippet :
 * try (OnnxModel model = OnnxModel.open(Path.of("net.onnx"))) {
 *   System.out.println(model.graph());
 * }
 * }
 *
 * @since 0.1.0
 */
public final class OnnxModel implements AutoCloseable {
  private static final long MOST_VERSION = 1000; // that anybody would take for one
  private static final Set<Integer> FIELDS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26);

  private final Path path;
  private final DataFile file;
  private final ExternalData external;
  private final ModelProto content;

  /**
   * Whether a file is an ONNX file: its name ends with {@code .onnx}, or it begins as one.
   *
   * @param path the file; one that can't be read is none unless its name says so
   * @return true also for a name in capital letters
   */
  public static boolean isOnnx(Path path) {
    boolean named =
        Objects.requireNonNull(path, "path").toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
    return named || (Files.isRegularFile(path) && beginsAsOne(path));
  }

  /** Whether the fields of the file are those of a model, as far as it goes, the version first. */
  private static boolean beginsAsOne(Path path) {
    boolean version = false;
    try (DataFile file = DataFile.open(path, "an ONNX file")) {
      Message model = new Wire(file).message();
      while (model.next()) {
        if (!FIELDS.contains(model.field())) {
          return false;
        }
        version |= model.field() == 1 && model.integer() <= MOST_VERSION;
      }
      return version;
    } catch (IOException | UncheckedIOException e) {
      return version; // cut off
    }
  }

  private OnnxModel(Path path, DataFile file, ExternalData external, ModelProto content) {
    this.path = path;
    this.file = file;
    this.external = external;
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @param path the file
   * @return the model, to be closed
   * @throws IOException if the file can't be read, is damaged, or asks for what is not supported;
   *     one line that begins with the path, and names all that is not supported
   */
  public static OnnxModel open(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    DataFile file = DataFile.open(path, "an ONNX file");
    ExternalData external = new ExternalData(path);
    try {
      return new OnnxModel(path, file, external, ModelProto.read(file, external));
    } catch (UncheckedIOException e) {
      close(file, external);
      throw prefixed(path, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      close(file, external);
      throw prefixed(path, e);
    } catch (Throwable e) {
      close(file, external);
      throw e;
    }
  }

  private static void close(DataFile file, ExternalData external) {
    file.close();
    external.close();
  }

  static IOException prefixed(Path path, IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith(path + ": ") ? e : new IOException(path + ": " + message, e);
  }

  /**
   * Where the file is.
   *
   * @return the path it was opened with
   */
  public Path path() {
    return path;
  }

  /**
   * What the file computes.
   *
   * @return a graph whose constants can be read until the model is closed
   */
  public Graph graph() {
    return content.graph();
  }

  /**
   * The version of the file's format.
   *
   * @return its number
   */
  public long irVersion() {
    return content.irVersion();
  }

  /**
   * The operator sets that the file was written for.
   *
   * @return versions by domain, ONNX's own being the empty one; unmodifiable
   */
  public Map<String, Long> opsets() {
    return Collections.unmodifiableMap(content.opsets());
  }

  /**
   * What wrote the file.
   *
   * @return a name, perhaps an empty one
   */
  public String producer() {
    return content.producer();
  }

  /**
   * What the writer stored along with the graph.
   *
   * @return an unmodifiable map in the file's order
   */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(content.metadata());
  }

  /**
   * The operators that can be read.
   *
   * @return ONNX's names, sorted
   */
  public static Set<String> operators() {
    return Collections.unmodifiableSet(Rules.operators());
  }

  /** Closes the file. What was not read yet can't be read any more. Closing again does nothing. */
  @Override
  public void close() {
    close(file, external);
  }

  /** Path, version and size, for instance {@code net.onnx: IR 8, operator set 17, 53 nodes}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: IR %d, operator set %s, %d nodes",
        path,
        irVersion(),
        opsets().get(""),
        graph().nodes().size());
  }
}
