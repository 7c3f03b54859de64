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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What is embedded in the executable jar: trained networks, each with octave convolutions and its
 * dense twin, and ten pictures that training did not see. The library's own jar has none of it.
 */
enum Demo {
  /** Which of 761 emoji is it; {@code scripts/train_emoji.py} made the files. */
  EMOJI(
      "emoji_octave_5",
      "emoji_dense",
      "one emoji that fills most of the picture",
      "accuracy_noto",
      "on the 761 drawings of Noto, a vendor of whom training saw none",
      "characters"),

  /** Which of 10 clothes is it; {@code scripts/train_fashion_mnist.py} made the files. */
  FASHION(
      "fashion_mnist_octave",
      "fashion_mnist_dense",
      "one light object on a dark background, as in Fashion-MNIST",
      "test_accuracy",
      "on the 10,000 test images of Fashion-MNIST",
      "");

  /** A file and what it shows. */
  private record Sample(String file, String label) {}

  /** A network, and what its file says of it. */
  record Embedded(Network network, ModelCard card) {}

  private static final List<Sample> EMOJI_SAMPLES =
      List.of(
          new Sample("face_with_tears_of_joy.png", "face with tears of joy"),
          new Sample("thumbs_up.png", "thumbs up"),
          new Sample("dog_face.png", "dog face"),
          new Sample("octopus.png", "octopus"),
          new Sample("pizza.png", "pizza"),
          new Sample("hot_beverage.png", "hot beverage"),
          new Sample("bicycle.png", "bicycle"),
          new Sample("rocket.png", "rocket"),
          new Sample("soccer_ball.png", "soccer ball"),
          new Sample("guitar.png", "guitar"));

  private static final List<Sample> FASHION_SAMPLES =
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

  private final String octave;
  private final String dense;
  private final String expected;
  private final String accuracyKey;
  private final String testSet;
  private final String symbolsKey;

  Demo(
      String octave,
      String dense,
      String expected,
      String accuracyKey,
      String testSet,
      String symbolsKey) {
    this.octave = octave;
    this.dense = dense;
    this.expected = expected;
    this.accuracyKey = accuracyKey;
    this.testSet = testSet;
    this.symbolsKey = symbolsKey;
  }

  /** What the networks were trained on and so expect of a picture. */
  String expected() {
    return expected;
  }

  /** What the accuracy of a {@link ModelCard} was measured on. */
  String testSet() {
    return testSet;
  }

  /** The caller closes the network. */
  Embedded octave() throws IOException {
    return load(octave, Network::load);
  }

  /** The octave network for pictures of another size than it was trained on. */
  Network octave(int imageSize) throws IOException {
    return load(octave, file -> Network.load(file, imageSize)).network();
  }

  /** The caller closes the network. */
  Embedded dense() throws IOException {
    return load(dense, Network::load);
  }

  /** Returns the pictures for a network: those of which it has a class, or all those of emoji. */
  static List<Picture> picturesFor(List<String> labels) throws IOException {
    for (Demo demo : values()) {
      if (demo.samples().stream().map(Sample::label).allMatch(labels::contains)) {
        return demo.pictures();
      }
    }
    return EMOJI.pictures().stream()
        .map(picture -> new Picture(picture.file(), picture.image(), Optional.empty()))
        .toList();
  }

  /** Ten pictures, in the classes' order or by group, and what they show. */
  List<Picture> pictures() throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (Sample sample : samples()) {
      try (InputStream in = open(sample.file())) {
        Image image = ImageFiles.read(in, sample.file(), ImageFiles.MAX_PIXELS);
        pictures.add(new Picture(sample.file(), image, Optional.of(sample.label())));
      }
    }
    return pictures;
  }

  private List<Sample> samples() {
    return switch (this) {
      case EMOJI -> EMOJI_SAMPLES;
      case FASHION -> FASHION_SAMPLES;
    };
  }

  private interface Loader {
    Network load(Path file) throws IOException;
  }

  /** Weights are read from a file; nothing needs it once they are read. */
  private Embedded load(String name, Loader loader) throws IOException {
    Path file = temporaryFile();
    try {
      try (InputStream in = open(name + ".safetensors")) {
        copy(in, file);
      }
      ModelCard card = ModelCard.read(file, accuracyKey, symbolsKey);
      return new Embedded(loader.load(file), card);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private InputStream open(String name) throws IOException {
    String path = "demo/" + this + "/" + name;
    InputStream in = Demo.class.getResourceAsStream(path);
    if (in == null) {
      throw new MachineException(
          path
              + " is not here: the executable octconv.jar alone has the embedded networks; run that one, or give --model FILE",
          null);
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
            "a temporary file of 3 MB can't be written into %s (%s); choose another folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=<folder>",
            System.getProperty("java.io.tmpdir"),
            e),
        e);
  }

  /** Returns the value of {@code --demo}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The values of {@code --demo}. */
  static final class Converter implements ITypeConverter<Demo> {
    @Override
    public Demo convert(String value) {
      return Arrays.stream(values())
          .filter(demo -> demo.toString().equals(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      String.format(
                          Locale.ROOT,
                          "must be %s, was %s",
                          Arrays.stream(values())
                              .map(Demo::toString)
                              .collect(Collectors.joining(" or ")),
                          value)));
    }
  }
}
