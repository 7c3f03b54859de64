package io.github.octconv4j.octave.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which elements threads and bands have. Shares of all sizes that an int can hold: their product
 * with the number of threads is larger.
 */
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

  @Test
  void bandsFollowOneAnotherAndAreEven() {
    assertThat(new Range(5, 10).bands(4))
        .containsExactly(new Range(5, 3), new Range(8, 3), new Range(11, 4));
    assertThat(new Range(5, 10).bands(0)).containsExactly(new Range(5, 10));
    assertThat(new Range(5, 10).bands(100)).containsExactly(new Range(5, 10));
    assertThat(new Range(5, 0).bands(3)).isEmpty();
  }

  @Test
  void whatIsLeftBeginsWhereTheRestEnds() {
    assertThat(new Range(5, 10).from(3)).isEqualTo(new Range(5, 10));
    assertThat(new Range(5, 10).from(9)).isEqualTo(new Range(9, 6));
    assertThat(new Range(5, 10).from(15).isEmpty()).isTrue();
    assertThat(new Range(5, 10).from(99).isEmpty()).isTrue();
    assertThat(new Range(5, 2).hull(new Range(1, 1))).isEqualTo(new Range(1, 6));
  }

  /** Each window reads what it would read of the whole, and zeros only beyond the image. */
  @ParameterizedTest
  @CsvSource({"3, 1, 1, 1, 0", "3, 2, 1, 0, 0", "5, 1, 2, 2, 1", "2, 2, 0, -1, 0", "1, 3, 0, 0, 0"})
  void windowsOfSomeRowsAreThoseOfTheWhole(
      int kernel, int stride, int before, int after, int dilation) {
    int height = 17;
    Window window =
        Window.of(kernel, 1)
            .strides(stride, 1)
            .dilations(dilation, 0)
            .padding(new long[] {before, 0}, new long[] {after, 0});
    int rows = Math.toIntExact(window.output(0, height));
    WindowRows of = new WindowRows(window, height);
    assertThat(of.reading(rows)).isEqualTo(Range.all(rows));
    for (int first = 0; first < rows; first++) {
      for (int end = first + 1; end <= rows; end++) {
        Range some = Range.between(first, end);
        Range read = of.read(some);
        Window over = of.over(some);
        assertThat(over.output(0, read.count())).isEqualTo(some.count());
        assertThat(read.first() - over.before(0)).isEqualTo(first * (long) stride - before);
        assertThat(over.before(0)).isEqualTo(Math.max(0, before - first * stride));
        assertThat(read.end()).isLessThanOrEqualTo(height);
      }
    }
  }

  @Test
  void rowsOfPaddingAloneGoWithOthers() {
    Window window = Window.of(1, 1).padding(2, 0); // rows 0, 1 and 5, 6 of 7 are zeros
    assertThat(new WindowRows(window, 3).reading(7)).isEqualTo(new Range(2, 3));
  }
}
