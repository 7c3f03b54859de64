package io.github.octconv4j.cli.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class DifferenceTest {
  @Test
  void findsTheFirstWrongElement() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor expected = Tensor.of(arena, new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 1, 2, 2, 2);
      Tensor found =
          Tensor.of(arena, new float[] {-0f, 1, 2, 3, 4, 5.5f, 6, Float.NaN}, 1, 2, 2, 2);

      Difference difference =
          Difference.find(expected, found, DataType.F32, Tolerance.EXACT).orElseThrow();

      assertThat(difference)
          .hasToString("at (0, 1, 0, 1) expected 5.0, found 5.5; 2 of 8 elements are wrong");
      assertThat(Difference.find(expected, expected, DataType.F32, Tolerance.EXACT)).isEmpty();
    }
  }

  @Test
  void roundsWhatIsExpectedToTheTypeOfTheResult() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor expected = Tensor.of(arena, new float[] {257, 259}, 2);

      assertThat(
              Difference.find(
                  expected,
                  Tensor.of(arena, new float[] {256, 260}, 2),
                  DataType.BF16,
                  Tolerance.EXACT))
          .isEmpty();
      assertThat(
              Difference.find(
                  expected,
                  Tensor.of(arena, new float[] {258, 260}, 2),
                  DataType.BF16,
                  Tolerance.EXACT))
          .hasValueSatisfying(
              difference ->
                  assertThat(difference)
                      .asString()
                      .isEqualTo("at (0) expected 256.0, found 258.0; 1 of 2 elements are wrong"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, 3, true",
    "0, 0, -0.0, true",
    "0, 3, 3.0000002, false",
    "0, 3, NaN, false",
    "1e-6, 3, NaN, false",
    "1e-6, 3, Infinity, false",
    "1e-6, 3, 3.000002, true",
    "1e-6, 3, 3.000004, false",
    "1e-6, 0.001, 0.00101, false",
    "1e-6, 0, 9e-7, true",
    "1e-6, 0, 2e-6, false",
    "0, -3.4028235e38, -3.4028235e38, true",
    "0.01, -3.4028235e38, -Infinity, false",
  })
  void tolerates(double relative, float expected, float found, boolean accepted) {
    assertThat(new Tolerance(relative).accepts(expected, found)).isEqualTo(accepted);
  }

  @Test
  void knowsTheTypes() {
    assertThat(Precision.epsilon(DataType.F32)).isEqualTo(Math.ulp(1f));
    assertThat(Precision.epsilon(DataType.BF16)).isEqualTo(1.0 / 128);
    assertThat(Precision.epsilon(DataType.F16)).isEqualTo(1.0 / 1024);
    assertThat(Precision.round(DataType.BF16, 1 + 1f / 256)).isEqualTo(1);
    assertThat(Precision.round(DataType.BF16, 1 + 3f / 256)).isEqualTo(1 + 4f / 256);
    assertThat(Precision.round(DataType.BF16, -256)).isEqualTo(-256);
    assertThat(Precision.round(DataType.F16, 2049)).isEqualTo(2048);
    assertThat(Precision.round(DataType.BF16, Precision.lowest(DataType.BF16)))
        .isEqualTo(Precision.lowest(DataType.BF16))
        .isFinite();
  }
}
