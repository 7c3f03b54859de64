package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Test images of which it is known what they show. */
sealed interface Dataset permits IdxDataset, LabelledFolders {
  /**
   * Reads a folder with two IDX files, or with a folder of pictures for each class.
   *
   * @throws IOException if it has neither, or something in it is damaged; one line says what
   */
  static Dataset read(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(Printable.path(folder) + ": is no folder");
    }
    return IdxDataset.isIn(folder) ? IdxDataset.ofTests(folder) : LabelledFolders.read(folder);
  }

  /** How many there are, at least one. */
  int count();

  /**
   * One of them.
   *
   * @throws IOException if its file can't be read
   */
  Image image(int index) throws IOException;

  /**
   * Returns the class of each image in the order of a network's labels.
   *
   * @throws IOException if the network has no such class
   */
  int[] classes(NetworkInfo network) throws IOException;
}
