package io.github.octconv4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.bench.kernel.ImageData;
import io.github.octconv4j.bench.kernel.Kernel;
import io.github.octconv4j.bench.kernel.OctaveData;
import io.github.octconv4j.bench.kernel.Variant;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctavePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the benchmarks compare computes the same: that of the double-precision oracle. */
class KernelAgreementTest {
  private static final double[] ALPHAS = {0, 0.125, 0.25, 0.5, 0.75};

  /** Rows of 7 pixels and others, channels that fill vectors and others, odd sizes, a batch. */
  private static final String[] LAYERS = {
    "mb1ic64oc64_ih14oh14kh3ph1",
    "mb1ic48oc80_ih7iw9oh7ow9kh1kw1ph0pw0",
    "mb2ic16oc40_ih10iw6oh10ow6kh3kw3ph1pw1",
    "mb1ic8oc24_ih5iw23oh5ow23kh5kw5ph2pw2",
    "mb1ic9oc7_ih8oh8kh3ph1"
  };

  private static Stream<Arguments> layers() {
    List<Arguments> cases = new ArrayList<>();
    for (String layer : LAYERS) {
      for (double alpha : ALPHAS) {
        for (Variant variant : Variant.values()) {
          cases.add(Arguments.of(layer, alpha, variant));
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void octaveIsThatOfTheOracle(String problem, double alpha, Variant variant) throws IOException {
    LayerShape layer = new LayerShapes().addProblem(problem).layers().getFirst();
    OctaveData data = new OctaveData(layer, alpha);
    try (Kernel kernel = Kernel.octave(variant, data)) {
      kernel.run();
      kernel.run(); // results of the run before must not matter
      assertClose(kernel.outputs(), oracle(data));
    }
  }

  private static List<double[]> oracle(OctaveData data) {
    OctaveOracle oracle = new OctaveOracle(data.spec());
    for (OctavePath path : data.spec().paths()) {
      oracle.kernel(path, data.kernel(path));
    }
    // One bias an output, on the path that always exists where the output does.
    for (Frequency output : Frequency.values()) {
      if (data.bias(output) != null) {
        oracle.bias(output == Frequency.HIGH ? OctavePath.HH : OctavePath.LL, data.bias(output));
      }
    }
    OctaveOracle.Parts y =
        oracle.apply(
            new OctaveOracle.Parts(
                image(data.input(Frequency.HIGH)), image(data.input(Frequency.LOW))));
    return Stream.of(y.high(), y.low())
        .filter(image -> image != null)
        .map(TensorData::toDoubles)
        .toList();
  }

  private static TensorData image(ImageData data) {
    return data == null
        ? null
        : OctaveOracle.tensor(data.values(), data.n(), data.c(), data.h(), data.w());
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void poolingIsTheAverage(Variant variant) {
    ImageData data = ImageData.random(new Random(1), 2, 24, 10, 14);
    double[] expected = new double[2 * 24 * 5 * 7];
    for (int i = 0; i < expected.length; i++) {
      int row = i / 7 * 2 * 14 + i % 7 * 2; // all planes have an even number of rows
      for (int at : new int[] {row, row + 1, row + 14, row + 15}) {
        expected[i] += data.values()[at] / 4;
      }
    }
    try (Kernel kernel = Kernel.pooling(variant, data)) {
      kernel.run();
      assertClose(kernel.outputs(), List.of(expected));
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void resamplingRepeats(Variant variant) {
    ImageData data = ImageData.random(new Random(1), 2, 24, 5, 7);
    double[] expected = new double[2 * 24 * 10 * 14];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = data.values()[i / 28 * 7 + i % 14 / 2];
    }
    try (Kernel kernel = Kernel.resampling(variant, data)) {
      kernel.run();
      kernel.run();
      assertClose(kernel.outputs(), List.of(expected));
    }
  }

  private static void assertClose(List<float[]> actual, List<double[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int part = 0; part < expected.size(); part++) {
      assertThat(actual.get(part)).hasSize(expected.get(part).length);
      for (int i = 0; i < expected.get(part).length; i++) {
        double value = expected.get(part)[i];
        assertThat((double) actual.get(part)[i])
            .as("part %d, element %d", part, i)
            .isCloseTo(value, org.assertj.core.data.Offset.offset(1e-5 + 1e-5 * Math.abs(value)));
      }
    }
  }
}
