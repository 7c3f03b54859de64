package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.plan.Candidates;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.Geometry;
import java.lang.foreign.Arena;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sizes that 2 does not divide, exactly: 1x1 identity kernels on whole numbers, of which each
 * appears once, show which element goes where.
 */
class OddSizesTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  /** Row i of the high output is row min(i / 2, hl - 1) of the low input; columns alike. */
  @ParameterizedTest
  @EnumSource(SizeRule.class)
  void upTakesTheNearestElement(SizeRule rule) {
    for (int height = 1; height <= 9; height++) {
      for (int width = 1; width <= 9; width++) {
        up(rule, height, width, 1, true);
        up(rule, height, width, 1, false);
      }
    }
    for (boolean middle : new boolean[] {true, false}) {
      up(rule, 7, 7, 16, middle);
      up(rule, 7, 10, 16, middle);
      up(rule, 13, 5, 19, middle);
    }
  }

  private static void up(SizeRule rule, int height, int width, int channels, boolean middle) {
    int hl = rule == SizeRule.FLOOR ? height / 2 : (height + 1) / 2;
    int wl = rule == SizeRule.FLOOR ? width / 2 : (width + 1) / 2;
    if (hl == 0 || wl == 0) {
      return; // no such input
    }
    float[] xl = distinct(channels * hl * wl);
    float[] expected = new float[channels * height * width];
    for (int i = 0; i < expected.length; i++) {
      int row = Math.min(i / width % height / 2, hl - 1);
      int column = Math.min(i % width / 2, wl - 1);
      expected[i] = xl[(i / width / height * hl + row) * wl + column];
    }
    ChannelSplit both = new ChannelSplit(channels, channels);
    ChannelSplit out = middle ? both : new ChannelSplit(channels, 0);
    OctaveConv2d spec =
        OctaveConv2d.of(both.total(), out.total()).split(both, out).sizeRule(rule).build();
    OctaveWeights.Builder weights =
        OctaveWeights.of(spec)
            .kernel(OctavePath.HH, new float[channels * channels])
            .kernel(OctavePath.LH, identity(channels));
    if (middle) {
      weights
          .kernel(OctavePath.HL, new float[channels * channels])
          .kernel(OctavePath.LL, identity(channels));
    }
    float[] xh = distinct(channels * height * width);
    check(spec, weights.build(), rule, height, width, xh, xl, expected, middle ? xl : null);
  }

  /** FLOOR leaves out the last row and column, CEIL averages what there is of a window. */
  @ParameterizedTest
  @EnumSource(SizeRule.class)
  void poolsOfOddSizesFollowTheRule(SizeRule rule) {
    for (int height = 1; height <= 9; height++) {
      for (int width = 1; width <= 9; width++) {
        pool(rule, height, width, 1);
      }
    }
    pool(rule, 7, 7, 16);
    pool(rule, 11, 6, 21);
  }

  private static void pool(SizeRule rule, int height, int width, int channels) {
    int hl = rule == SizeRule.FLOOR ? height / 2 : (height + 1) / 2;
    int wl = rule == SizeRule.FLOOR ? width / 2 : (width + 1) / 2;
    if (hl == 0 || wl == 0) {
      return; // no such input
    }
    float[] xh = distinct(channels * height * width);
    float[] pooled = new float[channels * hl * wl];
    for (int i = 0; i < pooled.length; i++) {
      int row = 2 * (i / wl % hl);
      int column = 2 * (i % wl);
      int rows = Math.min(2, height - row);
      int columns = Math.min(2, width - column);
      float sum = 0;
      for (int p = 0; p < rows * columns; p++) {
        sum += xh[(i / wl / hl * height + row + p / columns) * width + column + p % columns];
      }
      pooled[i] = sum / (rows * columns);
    }
    ChannelSplit both = new ChannelSplit(channels, channels);
    OctaveConv2d spec =
        OctaveConv2d.of(both.total(), both.total()).split(both, both).sizeRule(rule).build();
    OctaveWeights weights =
        OctaveWeights.of(spec)
            .kernel(OctavePath.HH, identity(channels))
            .kernel(OctavePath.LH, new float[channels * channels])
            .kernel(OctavePath.HL, identity(channels))
            .kernel(OctavePath.LL, new float[channels * channels])
            .build();
    float[] xl = distinct(channels * hl * wl);
    check(spec, weights, rule, height, width, xh, xl, xh, pooled);
  }

  /** Each formulation on one and two threads gives exactly the expected elements. */
  private static void check(
      OctaveConv2d spec,
      OctaveWeights weights,
      SizeRule rule,
      int height,
      int width,
      float[] xh,
      float[] xl,
      float[] yh,
      float[] yl) {
    OctaveShape shape = OctaveShape.of(1, height, width, rule);
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor x =
          OctaveTensor.of(
              Tensor.of(arena, xh, Geometry.dims(shape, Frequency.HIGH, spec.in().high())),
              Tensor.of(arena, xl, Geometry.dims(shape, Frequency.LOW, spec.in().low())));
      for (int threads = 1; threads <= (height == width ? 2 : 1); threads++) {
        PlanOptions options = PlanOptions.DEFAULT.threads(threads);
        for (Formulation formulation : Candidates.all(spec, shape, options)) {
          try (OctavePlan plan =
              Plans.plan(
                  engine,
                  spec,
                  weights,
                  OctaveDesc.of(x),
                  OutputFormat.NCHW,
                  options,
                  formulation)) {
            OctaveTensor y =
                OctaveTensor.of(
                    Tensor.allocate(plan.output().high(), arena),
                    yl == null ? null : Tensor.allocate(plan.output().low(), arena));
            plan.run(x, y);
            String what =
                String.format(Locale.ROOT, "%s %dx%d, %s", rule, height, width, formulation);
            assertThat(y.high().floats()).as(what).containsExactly(yh);
            if (yl != null) {
              assertThat(y.low().floats()).as(what).containsExactly(yl);
            }
          }
        }
      }
    }
  }

  private static float[] distinct(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 1;
    }
    return values;
  }

  private static float[] identity(int channels) {
    float[] kernel = new float[channels * channels];
    for (int i = 0; i < channels; i++) {
      kernel[i * channels + i] = 1;
    }
    return kernel;
  }
}
