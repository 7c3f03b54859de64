package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Pictures in folders that are named after what they show. */
final class LabelledFolders implements Dataset {
  private final List<Path> files;

  private LabelledFolders(List<Path> files) {
    this.files = files;
  }

  /**
   * Finds the pictures of a folder's folders, in the order of their names.
   *
   * @throws IOException if there are none, or the folder can't be read
   */
  static LabelledFolders read(Path folder) throws IOException {
    List<Path> files =
        CalibrationPictures.find(folder, 2).stream()
            .filter(file -> !folder.equals(file.getParent()))
            .toList();
    if (files.isEmpty()) {
      throw new IOException(
          Printable.path(folder)
              + ": has neither an IDX set (t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or with .gz) nor pictures as CLASS/FILE.png or .jpg");
    }
    return new LabelledFolders(files);
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public Image image(int index) throws IOException {
    return ImageFiles.read(files.get(index));
  }

  @Override
  public int[] classes(NetworkInfo network) throws IOException {
    Map<String, Integer> indices = new HashMap<>();
    for (int i = 0; i < network.labels().size(); i++) {
      indices.putIfAbsent(network.labels().get(i), i);
    }
    int[] classes = new int[count()];
    for (int i = 0; i < classes.length; i++) {
      String label = String.valueOf(files.get(i).getName(files.get(i).getNameCount() - 2));
      Integer index = indices.get(label);
      if (index == null) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: the folder must be named after a class of network %s, which are %s; was %s",
                Printable.path(files.get(i)),
                Printable.text(network.name()),
                Printable.list(network.labels()),
                Printable.text(label)));
      }
      classes[i] = index;
    }
    return classes;
  }
}
