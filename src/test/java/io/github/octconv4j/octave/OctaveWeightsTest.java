package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OctaveWeightsTest {
  private static final OctaveConv2d SPEC =
      OctaveConv2d.of(5, 7).alpha(0.4, 0.3).kernel(3, 2).padding(new Padding(1, 0, 1, 1)).build();

  /** Element (o, i) of the dense kernel is o * 100 + i, plus the position over 10. */
  private static float[] dense() {
    float[] dense = new float[7 * 5 * 6];
    for (int o = 0; o < 7; o++) {
      for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 6; k++) {
          dense[(o * 5 + i) * 6 + k] = o * 100 + i + k / 10f;
        }
      }
    }
    return dense;
  }

  @Test
  void splitCutsRowsByOutputAndColumnsByInput() {
    float[] bias = {0, 1, 2, 3, 4, 5, 6};
    OctaveWeights weights = OctaveWeights.split(SPEC, dense(), bias);
    assertThat(SPEC.in()).isEqualTo(new ChannelSplit(3, 2));
    assertThat(SPEC.out()).isEqualTo(new ChannelSplit(5, 2));
    for (OctavePath path : OctavePath.values()) {
      int firstOut = path.destination() == Frequency.HIGH ? 0 : 5;
      int firstIn = path.source() == Frequency.HIGH ? 0 : 3;
      int ins = SPEC.in().of(path.source());
      float[] kernel = weights.kernel(path);
      assertThat(kernel).hasSize(SPEC.out().of(path.destination()) * ins * 6);
      for (int j = 0; j < kernel.length; j++) {
        int o = firstOut + j / (ins * 6);
        int i = firstIn + j / 6 % ins;
        assertThat(kernel[j]).isEqualTo(o * 100 + i + j % 6 / 10f);
      }
    }
    assertThat(weights.bias(Frequency.HIGH)).containsExactly(0, 1, 2, 3, 4);
    assertThat(weights.bias(Frequency.LOW)).containsExactly(5, 6);
  }

  /**
   * With equal neighbours everywhere, high and low frequencies tell the same: a dense 1x1 kernel
   * cut in four gives at each place what the dense convolution gives.
   */
  @Test
  void splitOfADenseKernelGivesTheDenseConvolutionOnConstantImages() {
    Random random = new Random(5);
    float[] dense = OctaveProblem.random(random, 14 * 12);
    float[] bias = OctaveProblem.random(random, 14);
    float[] pixel = OctaveProblem.random(random, 12);
    try (Engine engine = Engine.cpu();
        Arena arena = Arena.ofConfined()) {
      double[] expected = new double[14];
      for (int o = 0; o < 14; o++) {
        expected[o] = bias[o];
        for (int i = 0; i < 12; i++) {
          expected[o] += (double) dense[o * 12 + i] * pixel[i];
        }
      }
      for (double alpha : new double[] {0, 0.25, 0.5, 1}) {
        OctaveConv2d spec = OctaveConv2d.of(12, 14).alpha(alpha).build();
        try (OctaveLayer layer =
            spec.on(
                engine,
                OctaveWeights.split(spec, dense, bias),
                PlanOptions.DEFAULT.tuning(Tuning.OFF))) {
          OctaveTensor y = layer.apply(constant(spec, pixel, arena));
          int high = spec.out().high();
          if (high > 0) {
            assertConstant(y.high().floats(), expected, 0, high, 16);
          }
          if (spec.out().low() > 0) {
            assertConstant(y.low().floats(), expected, high, spec.out().low(), 4);
          }
        }
      }
    }
  }

  private static OctaveTensor constant(OctaveConv2d spec, float[] pixel, Arena arena) {
    int high = spec.in().high();
    int low = spec.in().low();
    return OctaveTensor.of(
        high == 0 ? null : plane(pixel, 0, high, 4, arena),
        low == 0 ? null : plane(pixel, high, low, 2, arena));
  }

  private static Tensor plane(float[] pixel, int first, int count, int size, Arena arena) {
    float[] values = new float[count * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixel[first + i / (size * size)];
    }
    return OctaveTensor.ofHigh(arena, values, 1, count, size, size).high();
  }

  private static void assertConstant(
      float[] actual, double[] expected, int first, int count, int pixels) {
    assertThat(actual).hasSize(count * pixels);
    for (int i = 0; i < actual.length; i++) {
      double wanted = expected[first + i / pixels];
      assertThat(Math.abs(actual[i] - wanted)).isLessThan(2e-6);
    }
  }

  /** At alpha 0 the layer is the plain convolution of the dense kernel. */
  @Test
  void splitAtAlphaZeroIsTheDenseKernel() {
    OctaveConv2d spec = OctaveConv2d.of(5, 7).kernel(3, 2).build();
    assertThat(OctaveWeights.split(spec, dense(), null).kernel(OctavePath.HH))
        .containsExactly(dense());
    OctaveConv2d low = OctaveConv2d.of(5, 7).alpha(1).kernel(3, 2).build();
    assertThat(OctaveWeights.split(low, dense(), null).kernel(OctavePath.LL))
        .containsExactly(dense());
  }

  @Test
  void twoBiasesOfAnOutputAreAdded() {
    OctaveConv2d spec = OctaveConv2d.of(4, 4).alpha(0.5).build();
    OctaveWeights.Builder builder = OctaveWeights.of(spec);
    for (OctavePath path : spec.paths()) {
      builder.kernel(path, new float[4]);
    }
    builder.bias(OctavePath.HH, new float[] {1, 2}).bias(OctavePath.LH, new float[] {10, 20});
    OctaveWeights weights = builder.build();
    assertThat(weights.bias(Frequency.HIGH)).containsExactly(11, 22);
    assertThat(weights.bias(Frequency.LOW)).isNull();
    builder.bias(OctavePath.LL, new float[] {5, 6}).bias(OctavePath.HL, new float[] {7, 8});
    try (Engine engine = Engine.cpu();
        OctaveLayer layer =
            spec.on(engine, builder.build(), PlanOptions.DEFAULT.tuning(Tuning.OFF));
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = constant(spec, new float[] {1, 2, 3, 4}, arena);
      OctaveTensor y = layer.apply(x);
      assertThat(y.high().floats()).startsWith(11).endsWith(22).hasSize(32);
      assertThat(y.low().floats()).containsExactly(12, 12, 12, 12, 14, 14, 14, 14);
    }
    assertThat(weights.bias(Frequency.LOW)).isNull(); // what was built does not change
  }

  @Test
  void theOnlyBiasOfAnOutputGoesToOneOfItsPaths() {
    OctaveConv2d spec = OctaveConv2d.of(4, 4).alpha(1, 0).build();
    OctaveWeights weights =
        OctaveWeights.of(spec)
            .kernel(OctavePath.LH, new float[16])
            .bias(Frequency.HIGH, new float[] {1, 2, 3, 4})
            .build();
    assertThat(weights.bias(Frequency.HIGH)).containsExactly(1, 2, 3, 4);
    assertThatThrownBy(() -> OctaveWeights.of(spec).bias(Frequency.LOW, new float[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bias LOW: the specification has no such output");
  }

  @Test
  void arraysAreCopied() {
    OctaveConv2d spec = OctaveConv2d.of(2, 2).build();
    float[] kernel = {1, 2, 3, 4};
    float[] bias = {5, 6};
    OctaveWeights weights =
        OctaveWeights.of(spec).kernel(OctavePath.HH, kernel).bias(OctavePath.HH, bias).build();
    kernel[0] = 99;
    bias[0] = 99;
    weights.kernel(OctavePath.HH)[1] = 99;
    weights.bias(Frequency.HIGH)[1] = 99;
    assertThat(weights.kernel(OctavePath.HH)).containsExactly(1, 2, 3, 4);
    assertThat(weights.bias(Frequency.HIGH)).containsExactly(5, 6);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    OctaveWeights.Builder builder = OctaveWeights.of(SPEC);
    assertThatThrownBy(() -> builder.kernel(OctavePath.HL, new float[35]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel hl must have 36 values, had 35");
    assertThatThrownBy(() -> builder.bias(OctavePath.LH, new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bias lh must have 5 values, had 2");
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel hh is missing; the specification has the paths [HH, HL, LH, LL]");
    assertThatThrownBy(() -> OctaveWeights.split(SPEC, new float[3], null))
        .hasMessage("dense kernel must have 210 values, had 3");
    assertThatThrownBy(() -> OctaveWeights.split(SPEC, dense(), new float[6]))
        .hasMessage("bias must have 7 values, had 6");
    OctaveConv2d first = OctaveConv2d.of(4, 4).alpha(0, 0.5).build();
    assertThatThrownBy(() -> OctaveWeights.of(first).kernel(OctavePath.LL, new float[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("path ll does not exist: the specification has [HH, HL]");
    OctaveConv2d groups = OctaveConv2d.of(4, 4).groups(2).build();
    assertThatThrownBy(() -> OctaveWeights.split(groups, new float[16], null))
        .hasMessage("a dense kernel can be cut for groups 1 only, groups was 2");
    OctaveWeights plain = OctaveWeights.of(groups).kernel(OctavePath.HH, new float[8]).build();
    assertThatThrownBy(() -> plain.kernel(OctavePath.LL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no kernel ll, there are [HH]");
    try (Engine engine = Engine.cpu()) {
      assertThatThrownBy(() -> SPEC.on(engine, plain))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "weights were made for another specification: path hh needs a kernel (5, 3, 3, 2)");
    }
  }

  @Test
  void inputsOfBothLayoutsGiveTheSame() {
    OctaveProblem problem = OctaveLayerTest.problem(3);
    try (Engine engine = Engine.cpu();
        OctaveLayer layer =
            problem.spec.on(engine, problem.weights(), PlanOptions.DEFAULT.tuning(Tuning.OFF));
        Arena arena = Arena.ofConfined()) {
      OctaveOracle.Parts expected = problem.expected();
      problem.assertMatches(layer.apply(problem.input(FormatTag.NCHW, arena)), expected);
      problem.assertMatches(layer.apply(problem.input(FormatTag.NHWC, arena)), expected);
      problem.assertMatches(layer.apply(problem.input(FormatTag.NCHW8C, arena)), expected);
      problem.assertMatches(layer.apply(problem.input(FormatTag.NCHW16C, arena)), expected);
    }
  }
}
