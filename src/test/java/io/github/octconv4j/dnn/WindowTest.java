package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class WindowTest {
  @ParameterizedTest
  @CsvSource({
    // kernel, stride, dilation, left, right, input, output
    "1, 1, 0, 0, 0, 5, 5",
    "3, 1, 0, 1, 1, 5, 5",
    "3, 2, 0, 1, 1, 5, 3",
    "3, 2, 0, 1, 1, 6, 3",
    "3, 2, 0, 0, 1, 6, 3",
    "7, 2, 0, 3, 3, 224, 112",
    "3, 1, 1, 2, 2, 9, 9",
    "3, 1, 2, 0, 0, 7, 1",
    "2, 2, 0, 0, -1, 7, 3",
    "2, 2, 0, 0, 1, 7, 4",
    "5, 1, 0, 0, 0, 4, 0",
    "3, 1, 2147483647, 0, 0, 100, 0",
  })
  void output(long k, long s, long d, long left, long right, long input, long output) {
    Window window =
        Window.of(k).strides(s).dilations(d).padding(new long[] {left}, new long[] {right});
    assertThat(window.output(0, input)).isEqualTo(output);
    assertThat(window.kernel(0)).isEqualTo(k);
  }

  @Test
  void eachDimensionHasItsOwnNumbers() {
    Window window =
        Window.of(1, 2, 3)
            .strides(1, 2, 3)
            .dilations(0, 1, 2)
            .padding(new long[] {0, 1, 2}, new long[] {1, 2, 3});
    assertThat(window.output(0, 5)).isEqualTo(6);
    assertThat(window.output(1, 5)).isEqualTo((5 + 3 - 3) / 2 + 1);
    assertThat(window.output(2, 5)).isEqualTo((5 + 5 - 7) / 3 + 1);
    assertThat(window)
        .hasToString(
            "kernel [1, 2, 3] stride [1, 2, 3] dilation [0, 1, 2] padding [0, 1, 2]..[1, 2, 3]");
  }

  @Test
  void isAValue() {
    Window window = Window.of(3, 3).strides(2, 2).padding(1, 1);
    assertThat(window)
        .isEqualTo(Window.of(3, 3).padding(1, 1).strides(2, 2))
        .hasSameHashCodeAs(Window.of(3, 3).padding(1, 1).strides(2, 2))
        .isNotEqualTo(window.strides(2, 1))
        .isNotEqualTo(window.padding(new long[] {1, 1}, new long[] {1, 0}));
  }

  @Test
  void isNotChangedThroughTheArraysItWasMadeOf() {
    long[] kernel = {3, 3};
    long[] padding = {1, 1};
    Window window = Window.of(kernel).padding(padding);
    kernel[0] = 5;
    padding[0] = 5;
    assertThat(window.output(0, 10)).isEqualTo(10);
    assertThat(window.kernel(0)).isEqualTo(3);
  }

  @Test
  void refusesWhatIsNoWindow() {
    assertThatThrownBy(Window::of)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel must have 1 to 3 dimensions, was []");
    assertThatThrownBy(() -> Window.of(1, 1, 1, 1))
        .hasMessage("kernel must have 1 to 3 dimensions, was [1, 1, 1, 1]");
    assertThatThrownBy(() -> Window.of(3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernel must be 1 to 2147483647, was [3, 0]");
    Window window = Window.of(3, 3);
    assertThatThrownBy(() -> window.strides(1, 0))
        .hasMessage("strides must be 1 to 2147483647, was [1, 0]");
    assertThatThrownBy(() -> window.dilations(-1, 0))
        .hasMessage("dilations must be 0 to 2147483647, was [-1, 0]");
    assertThatThrownBy(() -> window.padding(1))
        .hasMessage("padding before must have 2 values, had [1]");
    assertThatThrownBy(() -> window.padding(new long[] {0, -1}, new long[2]))
        .hasMessage("padding before must be 0 to 2147483647, was [0, -1]");
    assertThatThrownBy(() -> window.padding(new long[2], new long[] {0, 1L << 31}))
        .hasMessage("padding after must be -2147483648 to 2147483647, was [0, 2147483648]");
  }
}
