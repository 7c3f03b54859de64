package io.github.octconv4j.cli;

import io.github.octconv4j.image.IdxFile;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The images and labels of MNIST, Fashion-MNIST or another set in the same format. */
final class IdxDataset implements Dataset {
  private static final String TRAINING = "train";
  private static final String TEST = "t10k";
  private static final String IMAGES = "-images-idx3-ubyte";
  private static final String LABELS = "-labels-idx1-ubyte";

  private final Path labelsPath;
  private final IdxFile images;
  private final IdxFile labels;

  private IdxDataset(Path labelsPath, IdxFile images, IdxFile labels) {
    this.labelsPath = labelsPath;
    this.images = images;
    this.labels = labels;
  }

  /** Returns whether a folder has the images of such a set for tests. */
  static boolean isIn(Path folder) {
    return has(folder, TEST);
  }

  private static boolean has(Path folder, String set) {
    return Files.exists(folder.resolve(set + IMAGES))
        || Files.exists(folder.resolve(set + IMAGES + ".gz"));
  }

  /**
   * Reads the images for tests, compressed with gzip or not.
   *
   * @throws IOException if they are not there, damaged, or don't fit together
   */
  static IdxDataset ofTests(Path folder) throws IOException {
    return read(folder, TEST);
  }

  /**
   * Reads the images for training of a folder, or those for tests where it has no others.
   *
   * @return the set; empty where the folder has none
   * @throws IOException if they are damaged, or don't fit together
   */
  static Optional<IdxDataset> ofTraining(Path folder) throws IOException {
    for (String set : new String[] {TRAINING, TEST}) {
      if (has(folder, set)) {
        return Optional.of(read(folder, set));
      }
    }
    return Optional.empty();
  }

  private static IdxDataset read(Path folder, String set) throws IOException {
    Path imagesPath = find(folder, set + IMAGES);
    Path labelsPath = find(folder, set + LABELS);
    IdxFile images = idx(imagesPath, 3);
    IdxFile labels = idx(labelsPath, 1);
    if (images.count() == 0) {
      throw new IOException(Printable.path(imagesPath) + ": holds no images");
    }
    if (images.count() != labels.count()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: has %d labels for %d images",
              Printable.path(labelsPath),
              labels.count(),
              images.count()));
    }
    return new IdxDataset(labelsPath, images, labels);
  }

  private static IdxFile idx(Path path, int rank) throws IOException {
    IdxFile file = IdxFile.read(path);
    if (file.dims().length != rank) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: has %d dimensions, expected %d",
              Printable.path(path),
              file.dims().length,
              rank));
    }
    return file;
  }

  private static Path find(Path folder, String name) throws IOException {
    for (String suffix : new String[] {"", ".gz"}) {
      Path path = folder.resolve(name + suffix);
      if (Files.exists(path)) {
        return path;
      }
    }
    throw new NoSuchFileException(
        Printable.path(folder),
        null,
        String.format(Locale.ROOT, "has neither %s nor %s.gz", name, name));
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public Image image(int index) {
    return images.image(index);
  }

  int label(int index) {
    return labels.label(index);
  }

  @Override
  public int[] classes(NetworkInfo network) throws IOException {
    int[] classes = new int[count()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = label(i);
      if (classes[i] >= network.labels().size()) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: label %d is %d, network %s has the classes 0 to %d",
                Printable.path(labelsPath),
                i,
                classes[i],
                Printable.text(network.name()),
                network.labels().size() - 1));
      }
    }
    return classes;
  }
}
