package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shares of all sizes that an int can hold: their product with the number of threads is larger. */
class RangeTest {
  /** The third is 3 images of 2400x2400 pixels on 128 threads. */
  @ParameterizedTest
  @CsvSource({
    "0, 1, 3",
    "5, 1, 8",
    "17280000, 1, 128",
    "17280000, 16, 1023",
    "2147483647, 1, 2",
    "2147483647, 1, 1024",
    "2147483632, 16, 1024",
    "2147483632, 16, 2147483647"
  })
  void sharesFollowOneAnotherInWholeBlocksAndAreEven(int total, int block, int threads) {
    long smallest = total / block / threads * (long) block;
    assertThat(Range.share(total, block, 0, threads).first()).isZero();
    assertThat(Range.share(total, block, threads - 1, threads).end()).isEqualTo(total);
    int step = Math.max(1, threads / 1024); // not each of very many
    for (int index = 0; index < threads - step; index += step) {
      Range share = Range.share(total, block, index, threads);
      assertThat(share.first() % block).isZero();
      assertThat((long) share.count()).isBetween(smallest, smallest + block);
      assertThat(share.end()).isEqualTo(Range.share(total, block, index + 1, threads).first());
    }
  }
}
