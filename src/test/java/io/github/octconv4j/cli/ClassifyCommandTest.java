package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.CpuIsa;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifyCommandTest {
  private static final List<String> LABELS =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  @TempDir private Path folder;

  /** A file of the demo, copied to where a path can name it. */
  private Path demo(String name) throws IOException {
    return demo("fashion/" + name, name);
  }

  private Path demo(String resource, String name) throws IOException {
    Path path = folder.resolve(name);
    try (InputStream in = Main.class.getResourceAsStream("demo/" + resource)) {
      Files.copy(in, path);
    }
    return path;
  }

  /** What PyTorch says of an embedded picture. */
  private record Expected(String shows, String label, double probability) {
    boolean isRight() {
      return shows.equals(label);
    }
  }

  private static List<Expected> emoji() throws IOException {
    Path file = Path.of("src/test/resources/io/github/octconv4j/nn/emoji_demo.csv");
    return Files.readAllLines(file).stream()
        .skip(1)
        .map(line -> line.split(","))
        .map(cells -> new Expected(cells[0], cells[1], Double.parseDouble(cells[2])))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "auto", "int8"})
  void embeddedEmoji(String dtype) throws IOException {
    CommandRun run = CommandRun.of("classify", "--dtype", dtype);
    if (dtype.equals("bf16") && !run.succeededInBf16("classify")) {
      return;
    }
    List<String> lines = run.succeeded().lines();
    String type = dtype.equals("auto") ? Figures.type(CpuIsa.fastestType()) : dtype;
    assertThat(lines.get(0)).isEqualTo("network emoji_octave_5, " + type + ", 1 thread");
    assertThat(lines.get(1)).contains("128 x 128 RGB", "one emoji that fills most of the picture");
    List<Expected> expected = emoji();
    for (int i = 0; i < 10; i++) {
      Expected one = expected.get(i);
      assertThat(lines.get(4 + i))
          .startsWith(one.shows.replace(' ', '_') + ".png ")
          .endsWith(" " + one.shows);
      if (type.equals("f32") || one.probability > .6) { // rounding may change what is doubtful
        assertThat(lines.get(4 + i)).contains(" " + one.label + "  ");
      }
    }
    long right = expected.stream().filter(Expected::isRight).count();
    if (type.equals("f32")) {
      assertThat(lines).contains(right + " of 10 right");
      Expected first = expected.getFirst();
      assertThat(lines.get(4))
          .contains(String.format(Locale.ROOT, " %.1f %%", 100 * first.probability));
    }
    assertThat(run.out())
        .containsPattern(
            "emoji_octave_5 +[0-9.]+ us +16\\d,\\d{3},\\d{3} +[0-9.]+ MB +\\S+ MB +\\d\\d\\.\\d\\d %")
        .containsPattern(
            "emoji_dense +[0-9.]+ us +34\\d,\\d{3},\\d{3} +[0-9.]+ MB +\\S+ MB +\\d\\d\\.\\d\\d %")
        .containsPattern("ratio +[0-9.]+ +0\\.4\\d\\d .*[+-]\\d+\\.\\d\\d points")
        .containsPattern("\\(median of \\d+ runs, one image each\\)")
        .contains("(accuracy in f32, on the 761 drawings of Noto, ");
  }

  /** The emoji stand before the labels where the output can write them. */
  @Test
  void emojiAreShown() throws IOException {
    String picture = "emoji/rocket.png";
    CommandRun run = CommandRun.of("classify", demo(picture, "a.png")).succeeded();
    Expected rocket = emoji().stream().filter(e -> e.shows.equals("rocket")).findFirst().get();
    assertThat(run.lines().get(4))
        .startsWith(folder.resolve("a.png").toString())
        .contains(rocket.label + "  ");
    boolean shown = System.out.charset().newEncoder().canEncode("\uD83D\uDE80");
    assertThat(run.lines().get(4).codePoints().anyMatch(c -> c > 0x2000)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16"})
  void embeddedClothes(String dtype) {
    CommandRun run = CommandRun.of("classify", "--demo=fashion", "--dtype", dtype);
    if (dtype.equals("bf16") && !run.succeededInBf16("classify")) {
      return;
    }
    List<String> lines = run.succeeded().lines();
    assertThat(lines.get(0)).isEqualTo("network fashion_mnist_octave, " + dtype + ", 1 thread");
    assertThat(lines.get(1)).contains("28 x 28 grey", "light object on a dark background");
    for (int i = 0; i < 10; i++) {
      String label = LABELS.get(i);
      assertThat(lines.get(4 + i)).matches(i + "_\\S+\\.png +" + label + " .* % +" + label);
    }
    assertThat(run.out())
        .contains("10 of 10 right")
        .containsPattern("fashion_mnist_octave +[0-9.]+ us +[0-9,]+ .* 93\\.26 %")
        .containsPattern("fashion_mnist_dense +[0-9.]+ us +[0-9,]+ .* 92\\.95 %")
        .containsPattern("ratio +[0-9.]+ +0\\.[45]\\d\\d .* \\+0\\.31 points");
  }

  @Test
  void json() throws IOException {
    long before = System.nanoTime();
    CommandRun run = CommandRun.of("classify", "--json", "--threads", "2").succeeded();
    double all = (System.nanoTime() - before) / 1e3;
    Expected first = emoji().getFirst();
    assertThat(run.json("network")).isEqualTo("emoji_octave_5");
    assertThat(run.json("run")).isEqualTo("f32, 2 threads");
    assertThat(run.json("true_label")).isEqualTo(first.shows);
    assertThat(run.json("label")).isEqualTo(first.label);
    assertThat(Double.parseDouble(run.json("probability")))
        .isCloseTo(first.probability, within(1e-3));
    // A median of ten or more; no two cores of today do 20,000 billion operations a second.
    assertThat(Double.parseDouble(run.json("us_per_image"))).isBetween(2 * 168e6 / 2e7, all);
    // Alpha .5 leaves .438 of each middle layer; plans may pad channels.
    assertThat(Long.parseLong(run.json("multiply_adds"))).isBetween(165_000_000L, 175_000_000L);
    assertThat(Long.parseLong(run.json("weight_bytes"))).isBetween(5_000_000L, 9_000_000L);
    assertThat(Long.parseLong(run.json("activation_bytes"))).isBetween(200_000L, 9_000_000L);
    assertThat(Double.parseDouble(run.json("accuracy"))).isBetween(.3, 1.);
    assertThat(run.countJson("file")).isEqualTo(10);
    assertThat(run.countJson("probability")).isEqualTo(30);
    assertThat(run.countJson("us_per_image")).isEqualTo(2);
    assertThat(run.countJson("accuracy")).isEqualTo(2);
  }

  @Test
  void whatDemosAreFor() throws IOException {
    CommandRun.of("classify", "--demo=clothes")
        .failed(
            2,
            "octconv classify: Invalid value for option '--demo': must be emoji or fashion, was clothes; see octconv classify --help");
    Path model = demo("fashion_mnist_dense.safetensors");
    Path out = folder.resolve("out.onnx");
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("classify"),
            List.of("quantize", "--images", folder, "--out", out),
            List.of("serve"),
            List.of("maps", "docs/images/chelsea.jpg", folder.resolve("out.png")))) {
      List<Object> arguments = new ArrayList<>(command);
      arguments.addAll(List.of("--demo=fashion", "--model", model));
      CommandRun.of(arguments.toArray())
          .failed(
              2,
              String.format(
                  Locale.ROOT,
                  "octconv %s: --demo names an embedded network, --model FILE is another one; give one of the two; see octconv %s --help",
                  command.getFirst(),
                  command.getFirst()));
    }
  }

  /** Light trousers on black, in color, of a size and shape far from the network's. */
  @ParameterizedTest
  @CsvSource({"png, 300, 200", "jpg, 640, 480", "png, 9, 11"})
  void picturesOfOtherSizesAndColors(String format, int width, int height) throws IOException {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(new Color(200, 220, 240));
    graphics.fillRect(width * 9 / 28, 0, width * 10 / 28, height / 5);
    graphics.fillRect(width * 9 / 28, 0, width * 4 / 28, height);
    graphics.fillRect(width * 15 / 28, 0, width * 4 / 28, height);
    graphics.dispose();
    Path path = folder.resolve("my picture." + format);
    assertThat(ImageIO.write(picture, format, path.toFile())).isTrue();

    CommandRun run = CommandRun.of("classify", "--demo=fashion", path).succeeded();
    assertThat(run.lines().get(4)).matches("\\Q" + path + "\\E +Trouser .* %");
    assertThat(run.lines().get(3)).doesNotContain("true label");
    assertThat(run.out()).doesNotContain("right");
  }

  @Test
  void modelOfAFile() throws IOException {
    Path model = demo("fashion_mnist_dense.safetensors");
    Path image = demo("9_ankle_boot.png");
    CommandRun run = CommandRun.of("classify", "--model", model, image, image).succeeded();
    assertThat(run.lines().get(0)).startsWith("network fashion_mnist_dense, ");
    assertThat(run.lines().subList(4, 6)).allMatch(line -> line.contains("  Ankle boot "));
    assertThat(run.out()).doesNotContain("fashion_mnist_octave").doesNotContain("ratio");
    CommandRun without = CommandRun.of("classify", "--model", model).succeeded();
    assertThat(without.lines().get(4)).startsWith("0_t-shirt_top.png ");
    assertThat(without.out()).contains("10 of 10 right");
  }

  @Test
  void badPictures() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "hello");
    Path truncated = folder.resolve("truncated.png");
    byte[] whole = Files.readAllBytes(demo("0_t-shirt_top.png"));
    Files.write(truncated, Arrays.copyOf(whole, whole.length / 2));
    Path missing = folder.resolve("missing.png");

    CommandRun.of("classify", missing).failed(2, "octconv classify: " + missing + ": no such file");
    CommandRun.of("classify", text)
        .failed(2, "octconv classify: " + text + ": is not a PNG or JPEG image");
    CommandRun.of("classify", folder)
        .failed(2, "octconv classify: " + folder + ": is a directory, expected an image");
    assertThat(CommandRun.of("classify", truncated).err())
        .startsWith("octconv classify: " + truncated + ": is a ")
        .hasLineCount(1);
    // A good picture before the bad one is not printed.
    CommandRun.of("classify", folder.resolve("0_t-shirt_top.png"), text)
        .failed(2, "octconv classify: " + text + ": is not a PNG or JPEG image");
  }

  @Test
  void badModels() throws IOException {
    byte[] whole = Files.readAllBytes(demo("fashion_mnist_octave.safetensors"));
    for (int length : new int[] {0, 7, 1000, whole.length / 2, whole.length - 1}) {
      Path model = folder.resolve("cut" + length + ".safetensors");
      Files.write(model, Arrays.copyOf(whole, length));
      CommandRun run = CommandRun.of("classify", "--model", model);
      assertThat(run.err()).startsWith("octconv classify: " + model + ": ").hasLineCount(1);
      assertThat(run.out()).isEmpty();
      assertThat(run.exitCode()).isEqualTo(2);
    }
    Path missing = folder.resolve("missing");
    CommandRun.of("classify", "--model", missing)
        .failed(2, "octconv classify: " + missing + ": no such file");
  }

  @Test
  void modelWithOtherTensorsThanItsMetadataSay() throws IOException {
    byte[] bytes = Files.readAllBytes(demo("fashion_mnist_octave.safetensors"));
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    int alpha = header.indexOf("\"alpha\":\"0.5\"");
    assertThat(alpha).isPositive();
    bytes[alpha + "\"alpha\":\"0.".length()] = '0';
    Path model = Files.write(folder.resolve("dense.safetensors"), bytes);
    CommandRun run = CommandRun.of("classify", "--model", model);
    assertThat(run.err())
        .startsWith("octconv classify: " + model + ": does not fit the network in 156 points: ")
        .endsWith("... (--debug shows all)" + System.lineSeparator())
        .hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void dataset() throws IOException {
    // 101 images, two batches and one, the last one labelled wrong.
    dataset("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 101, 100);
    CommandRun run = CommandRun.of("classify", "--dataset", folder).succeeded();
    assertThat(run.lines()).hasSize(2);
    assertThat(run.lines().get(0))
        .matches("fashion_mnist_octave +100 of 101 right +99\\.01 % +[0-9.]+ s");
    assertThat(run.lines().get(1)).matches("fashion_mnist_dense +100 of 101 right .*");
  }

  @Test
  void datasetAsJsonOfOneModel() throws IOException {
    dataset("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 3, -1);
    Path model = demo("fashion_mnist_dense.safetensors");
    CommandRun run =
        CommandRun.of("classify", "--dataset", folder, "--model", model, "--json").succeeded();
    assertThat(run.countJson("network")).isEqualTo(1);
    assertThat(run.json("network")).isEqualTo("fashion_mnist_dense");
    assertThat(run.json("right")).isEqualTo("3");
    assertThat(run.json("images")).isEqualTo("3");
    assertThat(run.json("accuracy")).isEqualTo("1.0");
  }

  /** Folders name the classes, of whichever network. */
  @Test
  void datasetOfFolders() throws IOException {
    for (Expected one : emoji()) {
      Path file = Path.of(one.shows, "noto.png");
      Files.createDirectory(folder.resolve(one.shows));
      demo("emoji/" + one.shows.replace(' ', '_') + ".png", file.toString());
    }
    Files.writeString(folder.resolve("rocket/notes.txt"), "no picture");
    CommandRun run = CommandRun.of("classify", "--dataset", folder).succeeded();
    long right = emoji().stream().filter(Expected::isRight).count();
    assertThat(run.lines()).hasSize(2);
    assertThat(run.lines().get(0))
        .matches("emoji_octave_5 +" + right + " of 10 right +\\d+\\.00 % +[0-9.]+ s");
    assertThat(run.lines().get(1)).matches("emoji_dense +\\d+ of 10 right .*");
    assertThat(CommandRun.of("classify", "--demo=fashion", "--dataset", folder).err())
        .startsWith(
            String.format(
                Locale.ROOT,
                "octconv classify: %s: the folder must be named after a class of network fashion_mnist_octave, which are T-shirt/top, Trouser, ",
                folder.resolve("bicycle/noto.png")))
        .endsWith("Ankle boot; was bicycle" + System.lineSeparator());
  }

  @Test
  void badDatasets() throws IOException {
    CommandRun.of("classify", "--dataset", folder)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv classify: %s: has neither an IDX set (t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or with .gz) nor pictures as CLASS/FILE.png or .jpg",
                folder));
    CommandRun.of("classify", "--dataset", folder.resolve("missing"))
        .failed(2, "octconv classify: " + folder.resolve("missing") + ": is no folder");
    CommandRun.of("classify", "--dataset", folder, "x.png")
        .failed(
            2,
            "octconv classify: --dataset can't be used with pictures; see octconv classify --help");

    Path labels = folder.resolve("t10k-labels-idx1-ubyte");
    dataset("t10k-images-idx3-ubyte", labels.getFileName().toString(), 3, -1);
    CommandRun.of("classify", "--demo=emoji", "--dataset", folder)
        .failed(
            2,
            "octconv classify: --demo emoji can't be used with an IDX set, whose classes are numbers; --demo fashion is for Fashion-MNIST; see octconv classify --help");
    dataset("t10k-images-idx3-ubyte", labels.getFileName().toString(), 3, -1);
    byte[] bytes = Files.readAllBytes(labels);
    bytes[bytes.length - 1] = 10;
    Files.write(labels, bytes);
    CommandRun.of("classify", "--dataset", folder)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv classify: %s: label 2 is 10, network fashion_mnist_octave has the classes 0 to 9",
                labels));
    Files.write(labels, ByteBuffer.allocate(10).putInt(0x801).putInt(2).array());
    CommandRun.of("classify", "--dataset", folder)
        .failed(
            2,
            String.format(Locale.ROOT, "octconv classify: %s: has 2 labels for 3 images", labels));
  }

  /** Writes the embedded images again and again, all labels right but that of {@code wrong}. */
  private void dataset(String imagesName, String labelsName, int count, int wrong)
      throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + count * 784);
    images.putInt(0x803).putInt(count).putInt(28).putInt(28);
    ByteBuffer labels = ByteBuffer.allocate(8 + count);
    labels.putInt(0x801).putInt(count);
    List<Picture> pictures = Demo.FASHION.pictures();
    for (int i = 0; i < count; i++) {
      for (float value : pictures.get(i % 10).image().toFloats()) {
        images.put((byte) Math.round(255 * value));
      }
      labels.put((byte) (i == wrong ? (i + 1) % 10 : i % 10));
    }
    Files.write(folder.resolve(imagesName), images.array());
    Files.write(folder.resolve(labelsName), labels.array());
  }
}
