package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.weights.ElementType;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify} with an ONNX file. */
class OnnxOptionsTest {
  @TempDir private Path folder;

  private Path model;
  private Path light;

  /** Two classes of pictures of 8x8: the mean of all values, and its negative. */
  @BeforeEach
  void write() throws IOException {
    GraphBuilder b = new GraphBuilder("brightness");
    String x = b.input("image", TensorType.of(ElementType.F32, 1, 3, 8, 8));
    float[] signs = {5, 5, 5, -5, -5, -5};
    String y = b.add(new Conv(Window.of(1, 1), 1), x, b.constant(TensorData.of(signs, 2, 3, 1, 1)));
    y = b.add(new Flatten(1), b.add(new GlobalPool(PoolKind.AVERAGE, 0), y));
    model = folder.resolve("net.onnx");
    OnnxWriter.write(b.output(y).build(), model);
    light = folder.resolve("light.png");
    BufferedImage image = new BufferedImage(16, 12, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(230, 230, 230));
    graphics.fillRect(0, 0, 16, 12);
    graphics.dispose();
    ImageIO.write(image, "png", light.toFile());
  }

  @Test
  void theClassesStandBesideTheFileOrElsewhere() throws IOException {
    Path labels = Files.write(folder.resolve("labels.txt"), List.of("light", "dark"));
    assertThat(CommandRun.of("classify", "--model", model, light).succeeded().out())
        .containsPattern("light\\.png +light +100\\.0 % +dark");
    Path others = Files.write(folder.resolve("others.txt"), List.of("day", "night"));
    assertThat(
            CommandRun.of("classify", "--model", model, "--labels", others, light)
                .succeeded()
                .out())
        .containsPattern("light\\.png +day +100\\.0 %");
    Files.write(labels, List.of("only one"));
    CommandRun.of("classify", "--model", model, light)
        .failed(2, "octconv classify: " + labels + ": has 1 lines, the network has 2 classes");
  }

  /** What is subtracted makes a light picture dark. */
  @Test
  void meanAndDeviation() {
    assertThat(
            CommandRun.of(
                    "classify", "--model", model, "--mean", "1,1,1", "--std", ".1,.1,.1", light)
                .succeeded()
                .out())
        .containsPattern("light\\.png +class 1 +100\\.0 %");
    CommandRun.of("classify", "--mean", "1,1,1", light)
        .failed(
            2,
            "octconv classify: --labels, --mean, --std and --resize belong to --model FILE.onnx;"
                + " see octconv classify --help");
  }

  @Test
  void otherCommandsAndOptionsAreRefused() {
    CommandRun.of("classify", "--model", model, "--arch", "oct_resnet50", light)
        .failed(
            2,
            "octconv classify: --arch can't be used with FILE.onnx, which says what it computes;"
                + " see octconv classify --help");
    CommandRun.of("maps", "--model", model, light, folder.resolve("out.png"))
        .failed(
            2,
            "octconv maps: maps are those of octave layers, which an ONNX file does not have;"
                + " see octconv maps --help");
  }

  @Test
  void withoutAPictureThereIsNothingToClassify() {
    CommandRun.of("classify", "--model", model)
        .failed(
            2,
            "octconv classify: --model FILE.onnx wants pictures, or --dataset: the embedded ones"
                + " are not for it; see octconv classify --help");
  }

  /** A graph has F32 alone, whatever the processor is fastest in. */
  @Test
  void theFastestTypeOfAGraph() {
    assertThat(
            CommandRun.of("classify", "--model", model, "--dtype", "auto", light).succeeded().out())
        .contains("f32, 1 thread");
  }

  @Test
  void labelsThatAreNoFile() {
    Path none = folder.resolve("none.txt");
    CommandRun.of("classify", "--model", model, "--labels", none, light)
        .failed(2, "octconv classify: " + none + ": no such file");
    CommandRun.of("classify", "--model", model, "--labels", folder, light)
        .failed(
            2,
            "octconv classify: " + folder + ": is no file, expected one with a class on each line");
  }

  @Test
  void whatClassifiesNothingIsRefused() throws IOException {
    GraphBuilder b = new GraphBuilder("sum");
    String x = b.input("x", TensorType.of(ElementType.F32, 3));
    Path sum = folder.resolve("sum.onnx");
    OnnxWriter.write(b.output(b.add(new Binary(BinaryFunction.ADD), x, x)).build(), sum);
    CommandRun.of("classify", "--model", sum, light)
        .failed(
            2,
            "octconv classify: "
                + sum
                + ": network sum.onnx does not classify images, which takes one input of floats"
                + " (n, c, h, w) and one output (n, classes); use run by names");
  }
}
