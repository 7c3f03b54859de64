package io.github.octconv4j.cli.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class AxisTest {
  @Test
  void tapsAreThoseInsideTheInput() {
    int checked = 0;
    for (int input = 1; input <= 7; input++) {
      for (int kernel = 1; kernel <= 5; kernel++) {
        for (int stride = 1; stride <= 3; stride++) {
          for (int dilation = 0; dilation <= 3; dilation++) {
            for (int left = 0; left <= 6; left++) {
              for (int output = 1; output <= 6; output++) {
                check(new Axis(input, output, kernel, stride, dilation, left));
                checked++;
              }
            }
          }
        }
      }
    }
    assertThat(checked).isEqualTo(7 * 5 * 3 * 4 * 7 * 6);
  }

  private static void check(Axis axis) {
    boolean allMeet = true;
    for (int out = 0; out < axis.output(); out++) {
      int o = out;
      int[] inside =
          IntStream.range(0, (int) axis.kernel())
              .filter(k -> axis.inputOf(o, k) >= 0 && axis.inputOf(o, k) < axis.input())
              .toArray();
      int[] taps = IntStream.range(axis.firstTap(o), axis.endTap(o)).toArray();
      assertThat(taps).as("%s output %d", axis, o).isEqualTo(inside);
      allMeet &= inside.length > 0;
    }
    if (axis.dilation() < axis.input()) {
      assertThat(axis.windowsMeetInput()).as("%s", axis).isEqualTo(allMeet);
    } else {
      assertThat(axis.windowsMeetInput()).as("%s", axis).isFalse();
    }
  }
}
