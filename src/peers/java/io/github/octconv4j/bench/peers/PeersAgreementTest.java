package io.github.octconv4j.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.SizeRule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All libraries compute what plain loops do. Runs in the profile {@code peers} alone. */
class PeersAgreementTest {
  private static final double TOLERANCE = 1e-5;

  private static LayerWorkload layer(OctaveConv2d spec, int size) {
    return new LayerWorkload(
        "layer", 0.5, spec, OctaveShape.of(2, size, size, SizeRule.FLOOR), true);
  }

  @ParameterizedTest
  @MethodSource("alphas")
  void allLibraries(double alpha) {
    LayerWorkload layer =
        layer(OctaveConv2d.of(32, 64).kernel(3).padding(1).alpha(alpha).build(), 12);
    List<Contender> contenders = layer.contenders(1);
    try {
      assertThat(contenders)
          .extracting(Contender::library)
          .containsExactly(
              "octconv4j",
              "octconv4j, NCHW",
              "octconv4j",
              "ONNX Runtime",
              "PyTorch",
              "JavaCPP dnnl");
      for (Contender contender : contenders) {
        contender.run();
        contender.run();
        assertThat(Agreement.largestError(contender.outputs(), layer.expected()))
            .as(contender.library() + " " + contender.dtype())
            .isLessThan(contender.dtype().equals("bf16") ? 2e-2 : TOLERANCE);
      }
    } finally {
      contenders.reversed().forEach(Contender::close);
    }
  }

  static Stream<Double> alphas() {
    return Stream.of(0.0, 0.5);
  }

  /** What layers of networks need beside: each side dense, strides, odd sizes. */
  @ParameterizedTest
  @MethodSource("graphs")
  void onnxGraphs(OctaveConv2d spec, int size) {
    LayerWorkload layer = layer(spec, size);
    try (OnnxRuntimeContender contender =
        new OnnxRuntimeContender(layer.onnx(), layer.inputs(), 1)) {
      contender.run();
      assertThat(Agreement.largestError(contender.outputs(), layer.expected()))
          .isLessThan(TOLERANCE);
    }
  }

  static Stream<Arguments> graphs() {
    return Stream.of(
            OctaveConv2d.of(6, 8).kernel(3).padding(1).alpha(0, 0.5),
            OctaveConv2d.of(6, 8).kernel(3).padding(1).alpha(0.5, 0),
            OctaveConv2d.of(6, 8).kernel(3).padding(1).alpha(0.5).stride(2),
            OctaveConv2d.of(6, 8).kernel(1).alpha(0, 0.25).stride(2),
            OctaveConv2d.of(8, 8).kernel(3).padding(2).dilation(2).alpha(0.5).groups(2))
        .flatMap(spec -> Stream.of(8, 14).map(size -> Arguments.of(spec.build(), size)));
  }

  @Test
  void oddSizesRepeatTheLastRow() {
    LayerWorkload layer = layer(OctaveConv2d.of(8, 8).kernel(3).padding(1).alpha(0.5).build(), 7);
    try (OnnxRuntimeContender onnx = new OnnxRuntimeContender(layer.onnx(), layer.inputs(), 1);
        OctaveContender ours = OctaveContender.inPlanLayout(layer, 1, DataType.F32)) {
      onnx.run();
      ours.run();
      assertThat(Agreement.largestError(onnx.outputs(), layer.expected())).isLessThan(TOLERANCE);
      assertThat(Agreement.largestError(ours.outputs(), onnx.outputs())).isLessThan(TOLERANCE);
    }
  }

  /** The code of docs/migrating.md: the first channel's sum is negative, the others are 3. */
  @Test
  void theMigrationPageIsRight() {
    float[] image = new float[3 * 64];
    Arrays.fill(image, 1);
    float[] kernel = new float[4 * 27];
    for (int i = 4; i < kernel.length; i += 9) {
      kernel[i] = i < 27 ? -1 : 1;
    }
    float[] y = Migrating.javaCpp(image, kernel);
    for (int i = 0; i < 64; i++) {
      assertThat(y[i]).isZero(); // of either sign
    }
    assertThat(Arrays.copyOfRange(y, 64, 256)).containsOnly(3);
  }

  @Test
  void wrongResultsAreFound() {
    LayerWorkload layer = layer(OctaveConv2d.of(4, 4).alpha(0.5).build(), 4);
    List<float[]> wrong = layer.expected().stream().map(float[]::clone).toList();
    assertThat(Agreement.largestError(wrong, layer.expected())).isZero();
    wrong.getLast()[3] = Float.NaN;
    assertThat(Agreement.largestError(wrong, layer.expected())).isInfinite();
    assertThat(Agreement.largestError(wrong.subList(0, 1), layer.expected())).isInfinite();
  }
}
