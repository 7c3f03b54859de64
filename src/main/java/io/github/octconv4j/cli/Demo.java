package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is embedded: two small networks trained on Fashion-MNIST, one with octave convolutions and
 * its dense twin, and a test image of each class. {@code scripts/train_fashion_mnist.py} made them.
 */
final class Demo {
  /** What the networks were trained on and so expect of a picture. */
  static final String EXPECTED = "one light object on a dark background, as in Fashion-MNIST";

  private static final String OCTAVE = "fashion_mnist_octave.safetensors";
  private static final String DENSE = "fashion_mnist_dense.safetensors";

  /** A file and what it shows. */
  private record Sample(String file, String label) {}

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("0_t-shirt_top.png", "T-shirt/top"),
          new Sample("1_trouser.png", "Trouser"),
          new Sample("2_pullover.png", "Pullover"),
          new Sample("3_dress.png", "Dress"),
          new Sample("4_coat.png", "Coat"),
          new Sample("5_sandal.png", "Sandal"),
          new Sample("6_shirt.png", "Shirt"),
          new Sample("7_sneaker.png", "Sneaker"),
          new Sample("8_bag.png", "Bag"),
          new Sample("9_ankle_boot.png", "Ankle boot"));

  private Demo() {}

  static Network octave() throws IOException {
    return network(OCTAVE, Network::load);
  }

  /** The octave network for pictures of another size than it was trained on. */
  static Network octave(int imageSize) throws IOException {
    return network(OCTAVE, file -> Network.load(file, imageSize));
  }

  static Network dense() throws IOException {
    return network(DENSE, Network::load);
  }

  private interface Loader {
    Network load(Path file) throws IOException;
  }

  /** One picture of each class, in the classes' order. */
  static List<Picture> pictures() throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (Sample sample : SAMPLES) {
      try (InputStream in = open(sample.file())) {
        Image image = ImageFiles.read(in, sample.file(), ImageFiles.MAX_PIXELS);
        pictures.add(new Picture(sample.file(), image, Optional.of(sample.label())));
      }
    }
    return pictures;
  }

  /** Weights are read from a file; nothing needs it once they are read. */
  private static Network network(String name, Loader loader) throws IOException {
    Path file = temporaryFile();
    try {
      try (InputStream in = open(name)) {
        copy(in, file);
      }
      return loader.load(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static InputStream open(String name) {
    InputStream in = Demo.class.getResourceAsStream("demo/" + name);
    if (in == null) {
      throw new IllegalStateException("demo/" + name + " is missing from the octconv4j jar");
    }
    return in;
  }

  private static Path temporaryFile() throws IOException {
    try {
      return Files.createTempFile("octconv4j", ".safetensors");
    } catch (IOException | ExceptionInInitializerError e) { // the folder is none in this locale
      throw noTemporaryFile(e);
    }
  }

  private static void copy(InputStream in, Path file) throws IOException {
    try {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw noTemporaryFile(e);
    }
  }

  private static MachineException noTemporaryFile(Throwable e) {
    return new MachineException(
        String.format(
            Locale.ROOT,
            "a temporary file of 1 MB can't be written into %s (%s); choose another folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=<folder>",
            System.getProperty("java.io.tmpdir"),
            e),
        e);
  }
}
