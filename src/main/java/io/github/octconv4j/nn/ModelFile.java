package io.github.octconv4j.nn;

import io.github.octconv4j.image.Interpolation;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A file that says in its metadata which network its weights belong to: {@code arch} with {@code
 * alpha}, {@code stride_rule}, {@code width}, {@code classes}, {@code image_size} and {@code
 * bn_eps}, or {@code kind} for {@link OctResNetSmall}. Optional: {@code name}, {@code labels},
 * {@code mean}, {@code std}, {@code resize} (the shorter side of a picture before the middle is cut
 * out; 256 for images of 224, and in that ratio), {@code interpolation} ({@code bilinear} or {@code
 * bicubic}).
 */
final class ModelFile {
  private static final double RESIZE = 256.0 / 224; // as the images of ImageNet are cropped

  private final SafetensorsFile file;
  private final Metadata metadata;

  ModelFile(SafetensorsFile file) {
    this.file = file;
    this.metadata = Metadata.of(file);
  }

  /**
   * Makes the network.
   *
   * @param imageSize height and width of the images, 0 for what the file says
   */
  Network network(int imageSize) {
    if (!metadata.has("arch")) {
      if (!metadata.has("kind")) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the metadata say no architecture: arch must be one of %s, perhaps with oct_ before it",
                String.join(", ", Model.architectures())));
      }
      return new OctResNetSmall(file, imageSize).network();
    }
    Model model = imageSize == 0 ? model() : model().imageSize(imageSize);
    return new Network(info(model), model.graph(), Parameters.of(file), file);
  }

  private Model model() {
    Model model = Model.of(metadata.text("arch"));
    if (metadata.has("alpha")) {
      model = model.alpha(metadata.decimal("alpha"));
    }
    if (metadata.has("stride_rule")) {
      model = model.strideRule(strideRule(metadata.text("stride_rule")));
    }
    if (metadata.has("width")) {
      model = model.width(metadata.decimal("width"));
    }
    if (metadata.has("classes")) {
      model = model.classes(metadata.integer("classes"));
    }
    if (metadata.has("image_size")) {
      model = model.imageSize(metadata.integer("image_size"));
    }
    if (metadata.has("bn_eps")) {
      model = model.epsilon(metadata.decimal("bn_eps"));
    }
    return model;
  }

  private static StrideRule strideRule(String text) {
    return switch (text) {
      case "KEEP_LOW" -> StrideRule.KEEP_LOW;
      case "POOL_ALL" -> StrideRule.POOL_ALL;
      default ->
          throw new IllegalArgumentException(
              "metadata key stride_rule must be KEEP_LOW or POOL_ALL, was "
                  + Printable.quote(text));
    };
  }

  /** What the network expects, with what the file says of it. */
  NetworkInfo info(Model model) {
    NetworkInfo info = info(model, metadata.text("name", model.toString()));
    return new NetworkInfo(
        info.name(),
        info.channels(),
        info.height(),
        info.width(),
        metadata.has("resize") ? resize(model) : info.resize(),
        metadata.has("interpolation") ? interpolation(metadata) : info.interpolation(),
        metadata.has("mean") ? decimals("mean") : info.mean(),
        metadata.has("std") ? decimals("std") : info.std(),
        metadata.has("labels") ? labels(model.classes()) : info.labels());
  }

  /** In proportion, where the images are of another size than the file says. */
  private int resize(Model model) {
    return (int)
        Math.round((double) metadata.integer("resize") * model.imageSize() / model().imageSize());
  }

  /** How pictures are scaled. */
  static Interpolation interpolation(Metadata metadata) {
    String text = metadata.text("interpolation");
    for (Interpolation interpolation : Interpolation.values()) {
      if (interpolation.name().toLowerCase(Locale.ROOT).equals(text)) {
        return interpolation;
      }
    }
    throw new IllegalArgumentException(
        "metadata key interpolation must be bilinear or bicubic, was " + Printable.quote(text));
  }

  private List<String> labels(int classes) {
    List<String> labels = metadata.texts("labels");
    if (labels.size() != classes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "metadata key labels has %d texts for %d classes",
              labels.size(),
              classes));
    }
    return labels;
  }

  private List<Float> decimals(String key) {
    return metadata.decimals(key).stream().map(Double::floatValue).toList();
  }

  static NetworkInfo defaultInfo(Model model) {
    return info(model, model.toString());
  }

  private static NetworkInfo info(Model model, String name) {
    int size = model.imageSize();
    return new NetworkInfo(
        name,
        3,
        size,
        size,
        (int) Math.round(size * RESIZE),
        NetworkInfo.IMAGENET_MEAN,
        NetworkInfo.IMAGENET_STD,
        numbered(model.classes()));
  }

  /** Labels for classes without names. */
  static List<String> numbered(int classes) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      labels.add("class " + i);
    }
    return labels;
  }
}
