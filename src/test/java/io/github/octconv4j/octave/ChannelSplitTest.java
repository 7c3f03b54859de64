package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SameOnEveryProcessor
class ChannelSplitTest {
  /** Truncated in double arithmetic: 0.29 * 100 is 28.999999999999996 there. */
  @ParameterizedTest
  @CsvSource({
    "100, 0.29, 72, 28",
    "64, 0.5, 32, 32",
    "64, 0.125, 56, 8",
    "20, 0.25, 15, 5",
    "10, 0.75, 3, 7",
    "7, 0.5, 4, 3",
    "3, 0.25, 3, 0",
    "1, 0.99, 1, 0",
    "19, 0.5, 10, 9",
    "64, 0, 64, 0",
    "64, 1, 0, 64",
    "1, 1, 0, 1",
    "2147483647, 0.5, 1073741824, 1073741823",
  })
  void byAlpha(int channels, double alpha, int high, int low) {
    ChannelSplit split = ChannelSplit.of(channels, alpha);
    assertThat(split).isEqualTo(new ChannelSplit(high, low));
    assertThat(split.total()).isEqualTo(channels);
    assertThat(split.of(Frequency.HIGH)).isEqualTo(high);
    assertThat(split.of(Frequency.LOW)).isEqualTo(low);
    assertThat(split.hasBoth()).isEqualTo(high > 0 && low > 0);
  }

  @Test
  void alphaBehavesAsTheFormulaForAllChannelCounts() {
    for (int channels = 1; channels <= 300; channels++) {
      for (double alpha : new double[] {0, 0.1, 0.125, 0.29, 1 / 3.0, 0.5, 0.57, 0.75, 1}) {
        assertThat(ChannelSplit.of(channels, alpha).low()).isEqualTo((int) (alpha * channels));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.001, 1.001, Double.NaN, Double.POSITIVE_INFINITY, -1})
  void alphaIsFromZeroToOne(double alpha) {
    assertThatThrownBy(() -> ChannelSplit.of(10, alpha))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("alpha must be from 0 to 1, was " + alpha);
  }

  @Test
  void thereIsAtLeastOneChannel() {
    assertThatThrownBy(() -> ChannelSplit.of(0, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("channels must be at least 1, was 0");
    for (int[] wrong : new int[][] {{0, 0}, {-1, 2}, {2, -1}, {Integer.MAX_VALUE, 1}}) {
      assertThatThrownBy(() -> new ChannelSplit(wrong[0], wrong[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              String.format(
                  Locale.ROOT,
                  "a channel split needs high and low of at least 0 and one channel in all, was high %d, low %d",
                  wrong[0],
                  wrong[1]));
    }
  }
}
