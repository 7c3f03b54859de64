package io.github.octconv4j.cli.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SameOnEveryProcessor
class ConvolutionDataTest {
  private static int largest(IntegerFill fill) {
    return Math.max(Math.abs(fill.least()), Math.abs(fill.largest())) * fill.factor();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "f16", "u8", "s8"})
  void noSumLeavesTheExactIntegers(String type) {
    Types types = Types.named(Driver.CONV, type);
    for (long products : List.of(1L, 9L, 576L, 16384L, 25088L, 1_000_000L, 16_000_000L)) {
      ConvolutionData data = ConvolutionData.of(types, products, 0);

      assertThat(products * largest(data.src()) * largest(data.weights()) + largest(data.bias()))
          .as("%s %d", types, products)
          .isBetween(1L, 1L << 24);
      assertThat(data.src().density()).isGreaterThan(0);
    }
  }

  @Test
  void storedResultsDecideTheDensity() {
    assertThat(ConvolutionData.of(Types.named(Driver.CONV, "f32"), 4608, 0).src().density())
        .isOne();
    assertThat(ConvolutionData.of(Types.named(Driver.CONV, "bf16"), 9, 0).src().density()).isOne();
    assertThat(ConvolutionData.of(Types.named(Driver.CONV, "bf16"), 4608, 0).src().density())
        .isEqualTo(16.0 / 4608);
    assertThat(
            ConvolutionData.of(Types.option(Driver.CONV, "bf16:bf16:f32"), 4608, 0).src().density())
        .isOne();
  }

  @Test
  void integersSuitTheirTypes() {
    ConvolutionData u8 = ConvolutionData.of(Types.named(Driver.CONV, "u8"), 9, 0);
    assertThat(u8.src().least()).isZero();
    assertThat(u8.src().largest()).isBetween(128, 255);

    ConvolutionData s8 = ConvolutionData.of(Types.named(Driver.CONV, "s8"), 9, 0);
    assertThat(s8.weights().factor()).isEqualTo(2);
    assertThat(largest(s8.weights())).isEqualTo(4);
  }

  @Test
  void fillsWithAllIntegersOfTheRange() {
    try (Arena arena = Arena.ofShared()) {
      Tensor tensor = Tensor.allocate(Plain.desc(new long[] {200_001}), arena);
      new IntegerFill(-2, 3, 2, 0.25).fill(tensor, 7);
      float[] values = tensor.floats();

      assertThat(values).contains(-4, -2, 0, 2, 4, 6);
      int zeros = 0;
      for (float value : values) {
        assertThat(value).isBetween(-4f, 6f);
        assertThat(value % 2).isZero();
        zeros += value == 0 ? 1 : 0;
      }
      // Three quarters and a sixth of the rest, within 5 standard deviations.
      assertThat(zeros / 200_001.0).isBetween(0.787, 0.797);

      Tensor same = Tensor.allocate(Plain.desc(new long[] {200_001}), arena);
      new IntegerFill(-2, 3, 2, 0.25).fill(same, 7);
      assertThat(same.floats()).isEqualTo(values);
      new IntegerFill(-2, 3, 2, 0.25).fill(same, 8);
      assertThat(same.floats()).isNotEqualTo(values);
    }
  }
}
