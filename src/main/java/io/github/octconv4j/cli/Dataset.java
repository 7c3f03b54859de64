package io.github.octconv4j.cli;

import io.github.octconv4j.image.IdxFile;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The images and labels of MNIST, Fashion-MNIST or another set in the same format. */
final class Dataset {
  private static final String TRAINING = "train";
  private static final String TEST = "t10k";
  private static final String IMAGES = "-images-idx3-ubyte";
  private static final String LABELS = "-labels-idx1-ubyte";

  private final Path labelsPath;
  private final IdxFile images;
  private final IdxFile labels;

  private Dataset(Path labelsPath, IdxFile images, IdxFile labels) {
    this.labelsPath = labelsPath;
    this.images = images;
    this.labels = labels;
  }

  /**
   * Reads a folder with two IDX files, compressed with gzip or not.
   *
   * @throws IOException if they are not there, damaged, or don't fit together
   */
  static Dataset read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(Printable.path(folder) + ": is no folder");
    }
    return read(folder, TEST);
  }

  /**
   * Reads the images for training of a folder, or those for tests where it has no others.
   *
   * @return the set; empty where the folder has none
   * @throws IOException if they are damaged, or don't fit together
   */
  static Optional<Dataset> ofTraining(Path folder) throws IOException {
    for (String set : new String[] {TRAINING, TEST}) {
      if (Files.exists(folder.resolve(set + IMAGES))
          || Files.exists(folder.resolve(set + IMAGES + ".gz"))) {
        return Optional.of(read(folder, set));
      }
    }
    return Optional.empty();
  }

  private static Dataset read(Path folder, String set) throws IOException {
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
    return new Dataset(labelsPath, images, labels);
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

  int count() {
    return images.count();
  }

  Image image(int index) {
    return images.image(index);
  }

  int label(int index) {
    return labels.label(index);
  }

  /**
   * Checks that every network has a class for each label.
   *
   * @throws IOException if not
   */
  void requireClasses(List<Network> networks) throws IOException {
    for (int i = 0; i < count(); i++) {
      for (Network network : networks) {
        NetworkInfo info = network.info();
        if (label(i) >= info.labels().size()) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s: label %d is %d, network %s has the classes 0 to %d",
                  Printable.path(labelsPath),
                  i,
                  label(i),
                  Printable.text(info.name()),
                  info.labels().size() - 1));
        }
      }
    }
  }
}
