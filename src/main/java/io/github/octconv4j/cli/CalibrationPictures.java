package io.github.octconv4j.cli;

import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Typical pictures of a folder: files in it and below it, or the images of an IDX set. */
public final class CalibrationPictures {
  private static final int DEEPEST = 8;

  private CalibrationPictures() {}

  /**
   * Reads pictures that are spread evenly over all there are, in the order of their names.
   *
   * @param most how many at most
   * @param labelled whether the folder that a picture lies in says what it shows
   * @param labels of the network, which name the classes of IDX sets
   * @throws IOException if there are none, or one can't be read; one line says what
   */
  public static List<Picture> read(Path folder, int most, boolean labelled, List<String> labels)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          Printable.path(folder)
              + (Files.exists(folder) ? ": is no folder" : ": no such folder")
              + ", expected one with pictures");
    }
    Optional<IdxDataset> set = IdxDataset.ofTraining(folder);
    return set.isPresent()
        ? images(set.get(), most, labelled, labels)
        : files(folder, most, labelled);
  }

  private static List<Picture> images(
      IdxDataset set, int most, boolean labelled, List<String> labels) {
    List<Picture> pictures = new ArrayList<>();
    for (int index : spread(set.count(), most)) {
      int label = set.label(index);
      pictures.add(
          new Picture(
              "image " + index,
              set.image(index),
              labelled
                  ? Optional.of(label < labels.size() ? labels.get(label) : "class " + label)
                  : Optional.empty()));
    }
    return pictures;
  }

  private static List<Picture> files(Path folder, int most, boolean labelled) throws IOException {
    List<Path> files = find(folder, DEEPEST);
    if (files.isEmpty()) {
      throw new IOException(
          Printable.path(folder)
              + ": has no pictures, expected .png, .jpg or .jpeg in it or below it, or an IDX set");
    }
    List<Picture> pictures = new ArrayList<>();
    for (int index : spread(files.size(), most)) {
      Path file = files.get(index);
      Path parent = file.getParent();
      Optional<String> label =
          labelled && parent != null
              ? Optional.of(String.valueOf(parent.getFileName()))
              : Optional.empty();
      pictures.add(new Picture(file.toString(), ImageFiles.read(file), label));
    }
    return pictures;
  }

  /** Finds the pictures in a folder and below it, in the order of their names. */
  static List<Path> find(Path folder, int deepest) throws IOException {
    try (Stream<Path> found =
        Files.find(folder, deepest, (file, what) -> what.isRegularFile() && isPicture(file))) {
      return found.sorted().toList();
    }
  }

  private static boolean isPicture(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg");
  }

  /** Indices below {@code count}, evenly apart. */
  static int[] spread(int count, int most) {
    int[] indices = new int[Math.min(count, most)];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = (int) ((long) i * count / indices.length);
    }
    return indices;
  }
}
