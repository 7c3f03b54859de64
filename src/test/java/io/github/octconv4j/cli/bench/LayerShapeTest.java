package io.github.octconv4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.Padding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class LayerShapeTest {
  @TempDir private Path folder;

  private static LayerShape layer(String problem) throws IOException {
    List<LayerShape> layers = new LayerShapes().addProblem(problem).layers();
    assertThat(layers).hasSize(1);
    return layers.getFirst();
  }

  @Test
  void everyField() throws IOException {
    assertThat(layer("g2mb3ic8oc12_ih20oh20kh3ph2dh1_iw10ow10kw5pw2n\"a:b\""))
        .isEqualTo(
            new LayerShape(
                "a:b",
                "g2mb3ic8oc12_ih20oh20kh3ph2dh1_iw10ow10kw5pw2n\"a:b\"",
                3,
                8,
                12,
                20,
                10,
                3,
                5,
                1,
                new Padding(2, 2, 2, 2),
                2,
                1,
                2,
                true));
  }

  @Test
  void aLayerWithoutNameIsCalledByItsProblem() throws IOException {
    assertThat(layer("mb1ic8oc8_ih8kh3ph1").name()).isEqualTo("mb1ic8oc8_ih8kh3ph1");
  }

  /** benchdnn leaves the right padding to the sizes; an octave layer convolves the pooled image. */
  @Test
  void strideOfTwo() throws IOException {
    LayerShape layer = layer("mb1ic3oc64_ih224oh112kh7sh2ph3");
    assertThat(layer.stride()).isEqualTo(2);
    assertThat(layer.padding()).isEqualTo(new Padding(3, 3, 3, 3));
    assertThat(layer.multiplyAdds(0)).isEqualTo(112L * 112 * 64 * 3 * 7 * 7);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", ".125, .82421875", ".25, .671875", ".5, .4375", ".75, .296875", "1, .25"})
  void limitIsTheShareOfMultiplyAdds(double alpha, double limit) throws IOException {
    LayerShape layer = layer("mb2ic64oc32_ih56kh3ph1");
    assertThat(layer.multiplyAddRatio(alpha)).isEqualTo(limit);
    assertThat((double) layer.multiplyAdds(alpha) / layer.multiplyAdds(0)).isEqualTo(limit);
  }

  @Test
  void limitOfDepthwiseLayers() throws IOException {
    LayerShape layer = layer("g32mb1ic32oc32_ih14kh3ph1");
    assertThat(layer.multiplyAddRatio(0.5)).isEqualTo(0.625);
    assertThat((double) layer.multiplyAdds(0.5) / layer.multiplyAdds(0)).isEqualTo(0.625);
  }

  /** Of 3 input channels 1 is low at alpha .5. */
  @Test
  void limitOfTheChannelsThatAreLow() throws IOException {
    assertThat(layer("mb1ic3oc64_ih8kh3ph1").multiplyAddRatio(0.5))
        .isEqualTo(0.25 + 0.75 * (2 / 3.0) * 0.5);
  }

  @Test
  void alphaOnBothSides() throws IOException {
    OctaveConv2d spec = layer("mb1ic64oc32_ih56kh3ph1").spec(0.25);
    assertThat(spec.in().low()).isEqualTo(16);
    assertThat(spec.out().low()).isEqualTo(8);
  }

  @Test
  void anotherBatch() throws IOException {
    LayerShape layer = layer("mb1ic64oc64_ih56kh3ph1").withBatch(4);
    assertThat(layer.size().batch()).isEqualTo(4);
    assertThatThrownBy(() -> layer.withBatch(1_000_000))
        .hasMessageStartingWith(
            "mb1ic64oc64_ih56kh3ph1 with batch 1000000: the input is too large");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mb1ic8oc8_iw8kw3pw1 | octave convolutions have 2 dimensions, h and w, this one has 1",
        "mb1ic8oc8_id4ih8iw8kd1kh1kw1 | octave convolutions have 2 dimensions, h and w, this one has 3",
        "mb1ic8oc8_ih9kh3ph1sh3 | stride must be 1 or 2, the same for h and w, was 3x3",
        "mb1ic8oc8_ih8kh3ph1sh2_iw8kw3pw1 | stride must be 1 or 2, the same for h and w, was 2x1",
        "mb1ic8oc8_ih9kh3ph1sh2 | an octave layer has an output of 4x4 here, not of 5x5: it pools before a stride of 2",
        "mb1ic65536oc65536_ih8kh1 | the kernel is too large to be measured, it may have 268435456 elements",
        "mb9999999999ic8oc8_ih8kh1 | its numbers are too large to be measured",
      })
  void noOctaveForm(String problem, String message) throws IOException {
    LayerShapes shapes = new LayerShapes().addProblem(problem);
    assertThatThrownBy(shapes::layers)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem + ": " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "mb1ic8oc8_ih8kh3, 'padding 0 rows, 0 columns in all: '",
    "g3mb1ic9oc9_ih8kh3ph1, 'groups 3 does not divide path hh, '",
    "mb1ic8oc8_ih1kh1, 'the input of 1x1 would have a low part of 0x0 '"
  })
  void noOctaveFormAtThisAlpha(String problem, String message) throws IOException {
    LayerShape layer = layer(problem);
    assertThat(layer.spec(0).out().low()).isZero();
    assertThatThrownBy(() -> layer.spec(0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(problem + " at alpha 0.5: " + message);
  }

  @Test
  void filesAndProblemsWithoutRepeats() throws IOException {
    Path file = folder.resolve("layers.txt");
    Files.writeString(
        file, "# two\nmb1ic8oc8_ih8kh1 mb1ic8oc8_ih6kh1\n--dt=f32,bf16 mb1ic8oc8_ih6kh1");
    LayerShapes shapes = new LayerShapes().add("mb1ic8oc8_ih8kh1").add(file.toString());
    assertThat(shapes.layers()).extracting(LayerShape::height).containsExactly(8, 6);

    LayerShapes lines = new LayerShapes().addLines("here", "# a\n\n  mb1ic8oc8_ih4kh1 \n");
    assertThat(lines.layers()).extracting(LayerShape::height).containsExactly(4);
  }

  @Test
  void neitherFileNorProblem() throws IOException {
    assertThatThrownBy(() -> new LayerShapes().add("layers.txt"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("neither a file nor a problem: layers.txt: 'layers.txt' is not");
    assertThatThrownBy(() -> new LayerShapes().addProblem("foo"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("foo: 'foo' is not understood");
    assertThatThrownBy(() -> new LayerShapes().add(folder.toString()))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": is a folder, expected a file of problems");
    Path file = Files.writeString(folder.resolve("bad.txt"), "\nmb1ic8oc8_ih8kh1sh3\n");
    assertThatThrownBy(() -> new LayerShapes().add(file.toString()).layers())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ":2: mb1ic8oc8_ih8kh1sh3: stride must be 1 or 2");
  }
}
