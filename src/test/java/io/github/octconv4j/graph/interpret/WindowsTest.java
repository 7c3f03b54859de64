package io.github.octconv4j.graph.interpret;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameInEveryLocale;
import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Window;
import org.junit.jupiter.api.Test;

/** Where the elements of a window meet the input, and how many of these places are kept. */
@SameOnEveryProcessor
@SameInEveryLocale
class WindowsTest {
  private static Windows windows(long input, long kernel, long stride, long pad) {
    return new Windows(
        Window.of(kernel, kernel)
            .strides(stride, stride)
            .pads(pad, pad, pad, pad)
            .axes(new long[] {input, input}, new long[] {kernel, kernel}));
  }

  /** First output element, first input element, and how many. */
  @Test
  void rowsOfAnElement() {
    assertThat(windows(3, 1, 1, 0).rows(0)).containsExactly(0, 0, 9); // all rows in one
    assertThat(windows(3, 3, 1, 1).rows(0)).containsExactly(4, 0, 2, 7, 3, 2);
    assertThat(windows(3, 3, 1, 1).rows(5)).containsExactly(0, 1, 2, 3, 4, 2, 6, 7, 2);
    assertThat(windows(4, 2, 2, 0).rows(3)).containsExactly(0, 5, 2, 2, 13, 2);
    assertThat(windows(1, 3, 1, 1).rows(0)).isEmpty(); // in the padding
  }

  @Test
  void theFirstElementsAreKept() {
    Windows windows = windows(80, 80, 1, 0); // 6400 elements
    int last = Windows.MOST_KEPT - 1;
    assertThat(windows.rows(last)).isSameAs(windows.rows(last)).containsExactly(0, last, 1);
    assertThat(windows.rows(last + 1))
        .isNotSameAs(windows.rows(last + 1))
        .containsExactly(0, last + 1, 1);
  }

  /** Rows of a few hundred elements fill the 16 MiB. */
  @Test
  void noMoreNumbersAreKeptThanThereIsRoomFor() {
    Windows windows = windows(3000, 64, 1, 0); // 2937 rows of an element: 8811 numbers
    int kept = 0;
    for (int element = 0; element < 1000; element++) {
      int[] first = windows.rows(element);
      int[] again = windows.rows(element);
      kept += again == first ? 1 : 0;
    }
    assertThat(kept).isEqualTo((1 << 22) / 8811);
  }
}
