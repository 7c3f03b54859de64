package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.graph.Graph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
  private static final int LEAST_IR = 3;
  private static final int MOST_IR = 13;
  private static final long MOST_VERSION = 1000; // that anybody would take for one
  private static final Set<Integer> FIELDS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26);

  private final Path path;
  private final DataFile file;
  private final ExternalData external;
  private final Map<String, Long> opsets = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private long irVersion;
  private String producer = "";
  private @Nullable Graph graph;

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

  private OnnxModel(Path path, DataFile file) {
    this.path = path;
    this.file = file;
    this.external = new ExternalData(path);
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
    OnnxModel model = new OnnxModel(path, file);
    try {
      model.read();
      return model;
    } catch (UncheckedIOException e) {
      model.close();
      throw prefixed(path, Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      model.close();
      throw prefixed(path, e);
    } catch (Throwable e) {
      model.close();
      throw e;
    }
  }

  static IOException prefixed(Path path, IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith(path + ": ") ? e : new IOException(path + ": " + message, e);
  }

  private void read() throws IOException {
    Wire wire = new Wire(file);
    Problems problems = new Problems();
    Message model = wire.message();
    List<Message> graphs = new ArrayList<>();
    Map<String, FunctionProto> functions = new HashMap<>();
    while (model.next()) {
      switch (model.field()) {
        case 1 -> irVersion = model.integer();
        case 2 -> producer = model.text();
        case 7 -> graphs.add(model.message());
        case 8 -> FunctionProto.opset(model.message(), opsets);
        case 14 -> entry(model.message());
        case 25 ->
            problems.trying(
                "a function",
                () -> {
                  FunctionProto function = FunctionProto.read(wire, model.message(), external);
                  functions.put(function.domain + ":" + function.name, function);
                });
        default -> {}
      }
    }
    if (graphs.size() != 1) {
      throw new IOException("has no graph; is this an ONNX file?");
    }
    if (irVersion < LEAST_IR || irVersion > MOST_IR) {
      problems.add(
          String.format(
              Locale.ROOT, "IR version %d, expected %d to %d", irVersion, LEAST_IR, MOST_IR),
          "the model");
    }
    GraphProto proto = GraphProto.read(wire, graphs.getFirst(), external, problems);
    graph =
        new Translation(
                functions,
                body -> GraphProto.readBody(wire, body.message().again(), external, problems),
                problems)
            .translate(proto, opsets);
    if (!problems.isEmpty()) {
      throw new IOException("asks for what is not supported: " + problems);
    }
  }

  private void entry(Message message) throws IOException {
    String key = "";
    String value = "";
    while (message.next()) {
      switch (message.field()) {
        case 1 -> key = message.text();
        case 2 -> value = message.text();
        default -> {}
      }
    }
    metadata.put(key, value);
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
    return Objects.requireNonNull(graph);
  }

  /**
   * The version of the file's format.
   *
   * @return its number
   */
  public long irVersion() {
    return irVersion;
  }

  /**
   * The operator sets that the file was written for.
   *
   * @return versions by domain, ONNX's own being the empty one; unmodifiable
   */
  public Map<String, Long> opsets() {
    return Collections.unmodifiableMap(opsets);
  }

  /**
   * What wrote the file.
   *
   * @return a name, perhaps an empty one
   */
  public String producer() {
    return producer;
  }

  /**
   * What the writer stored along with the graph.
   *
   * @return an unmodifiable map in the file's order
   */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
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
    file.close();
    external.close();
  }

  /** Path, version and size, for instance {@code net.onnx: IR 8, operator set 17, 53 nodes}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: IR %d, operator set %s, %d nodes",
        path,
        irVersion,
        opsets.get(""),
        graph().nodes().size());
  }
}
