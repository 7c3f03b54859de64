package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.image.Interpolation;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import io.github.octconv4j.weights.Metadata;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a graph that classifies images expects: one input of floats (n, c, h, w), of which at most n
 * is open, and one output (n, classes). Its file may say {@code name}, {@code labels}, {@code
 * mean}, {@code std}, {@code resize} and {@code interpolation}, as those of {@link ModelFile} do;
 * else values of 0 to 1 are taken as they are, but for three channels, which get ImageNet's mean
 * and deviation, and pictures are stretched to the input.
 */
final class GraphInfo {
  private static final Set<String> KEYS =
      Set.of("name", "labels", "mean", "std", "resize", "interpolation");

  private GraphInfo() {}

  /** What it expects, or null where it classifies no images. */
  static @Nullable NetworkInfo of(String name, Graph graph, Metadata metadata) {
    if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
      return null;
    }
    TensorType type = graph.inputs().getFirst().type();
    List<Dim> dims = type.dims();
    if (type.element() != ElementType.F32
        || dims == null
        || dims.size() != 4
        || !dims.stream().skip(1).allMatch(dim -> dim.isKnown() && dim.size() >= 1)) {
      return null;
    }
    long[] image = new long[4];
    for (int i = 0; i < 4; i++) {
      image[i] = dims.get(i).isKnown() ? dims.get(i).size() : 1;
    }
    int classes = classes(graph, image);
    if (classes == 0 || Arrays.stream(image).anyMatch(size -> size > Integer.MAX_VALUE)) {
      return null;
    }
    int channels = (int) image[1];
    boolean colours = channels == 3;
    List<String> labels =
        metadata.has("labels") ? metadata.texts("labels") : ModelFile.numbered(classes);
    if (labels.size() != classes) {
      throw new IllegalArgumentException(
          "metadata key labels has " + labels.size() + " texts for " + classes + " classes");
    }
    return new NetworkInfo(
        metadata.text("name", name),
        channels,
        (int) image[2],
        (int) image[3],
        metadata.has("resize") ? metadata.integer("resize") : 0,
        metadata.has("interpolation") ? ModelFile.interpolation(metadata) : Interpolation.BILINEAR,
        metadata.has("mean")
            ? floats(metadata, "mean", channels)
            : colours ? NetworkInfo.IMAGENET_MEAN : Collections.nCopies(channels, 0f),
        metadata.has("std")
            ? floats(metadata, "std", channels)
            : colours ? NetworkInfo.IMAGENET_STD : Collections.nCopies(channels, 1f),
        labels);
  }

  /** Checks that what a caller says fits a graph, of which was found what it expects, or null. */
  static void requireFit(NetworkInfo given, @Nullable NetworkInfo found) {
    if (found == null) {
      throw new IllegalArgumentException(
          "the graph does not classify images: it needs one input of floats (n, c, h, w) and one output (n, classes)");
    }
    if (given.channels() != found.channels()
        || given.height() != found.height()
        || given.width() != found.width()
        || given.labels().size() != found.labels().size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "info says %d classes of images of %dx%dx%d, the graph has %d of %dx%dx%d",
              given.labels().size(),
              given.channels(),
              given.height(),
              given.width(),
              found.labels().size(),
              found.channels(),
              found.height(),
              found.width()));
    }
  }

  /** The graph, after a check that its one input is the image that a caller says. */
  static NetworkGraph fitting(NetworkInfo given, NetworkGraph graph) {
    FeatureMap image = graph.input();
    if (given.channels() != image.channels().total()
        || given.height() != image.shape().height()
        || given.width() != image.shape().width()
        || image.channels().low() > 0
        || graph.inputs().size() > 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s: info says an input of %dx%dx%d, the graph takes %s",
              Printable.text(given.name()),
              given.channels(),
              given.height(),
              given.width(),
              graph.inputs()));
    }
    return graph;
  }

  /** What a file says, so that {@link #of} finds the same. */
  static Map<String, String> metadata(NetworkInfo info) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("name", info.name());
    texts.put("labels", array(info.labels().stream().map(GraphInfo::quoted).toList()));
    texts.put("mean", array(info.mean()));
    texts.put("std", array(info.std()));
    texts.put("resize", String.valueOf(info.resize()));
    texts.put("interpolation", info.interpolation().name().toLowerCase(Locale.ROOT));
    return texts;
  }

  /** What a file says beside that; unmodifiable. */
  static Map<String, String> notes(Map<String, String> metadata) {
    Map<String, String> notes = new LinkedHashMap<>(metadata);
    notes.keySet().removeAll(KEYS);
    return Collections.unmodifiableMap(notes);
  }

  /**
   * Checks that notes have no key that says what is expected.
   *
   * @throws IllegalArgumentException if one does
   */
  static void requireNotes(Map<String, String> notes) {
    for (String key : KEYS) {
      if (notes.containsKey(key)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "notes must not have the key %s, which tells of images and comes from info()",
                key));
      }
    }
  }

  private static String array(List<?> elements) {
    return elements.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  /** A text of JSON. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** A number for each channel, or one for all of them. */
  private static List<Float> floats(Metadata metadata, String key, int channels) {
    if (!metadata.text(key).strip().startsWith("[")) {
      return Collections.nCopies(channels, (float) metadata.decimal(key));
    }
    return metadata.decimals(key).stream().map(Double::floatValue).toList();
  }

  /** How many values there are for an image; 0 where they are no list. */
  private static int classes(Graph graph, long[] image) {
    Graph bound = graph.bind(Map.of(graph.inputs().getFirst().name(), image));
    TensorType type = bound.type(graph.outputs().getFirst());
    if (type.element() != ElementType.F32 || !type.isKnown()) {
      return 0;
    }
    long[] dims = type.sizes();
    boolean list =
        dims.length >= 2
            && dims[0] == image[0]
            && dims[1] <= Integer.MAX_VALUE
            && Arrays.stream(dims).skip(2).allMatch(dim -> dim == 1);
    return list ? (int) dims[1] : 0;
  }
}
