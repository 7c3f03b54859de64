package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.SameOnEveryProcessor;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class ClassificationTest {
  private static final List<String> LABELS = List.of("a", "b", "c");

  @Test
  void softmaxOfTheLogits() {
    float ln3 = (float) Math.log(3);
    Classification classes = Classification.ofLogits(LABELS, new float[] {1000, 1000 + ln3, 1000});

    assertThat(classes.best().label()).isEqualTo("b");
    assertThat(classes.best().index()).isEqualTo(1);
    assertThat(classes.best().probability()).isCloseTo(0.6, within(1e-4)); // 3 of 5
    assertThat(classes.top(2)).hasSize(2).isEqualTo(classes.ranked().subList(0, 2));
  }

  @Test
  void whatIsNoLogitIsNamed() {
    for (float logit : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> Classification.ofLogits(LABELS, new float[] {1, 2, logit}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              String.format(Locale.ROOT, "logits must be finite, was %s at index 2", logit));
    }
    assertThatThrownBy(() -> Classification.ofLogits(LABELS, new float[2]))
        .hasMessage("3 labels don't fit 2 logits");
  }
}
