package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.nn.Advice.Trial;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arithmetic of advice on given times, and real measurements without judging their times. */
class OctaveAdvisorTest {
  private static final PlanOptions OPTIONS = PlanOptions.DEFAULT.choices(PlanChoices.inMemory());
  private static final Trial DENSE = new Trial(0, 1000, 400, 131, 2000);

  private static Advice advice(Trial... octaves) {
    return new Advice("layer", 60, DENSE, List.of(octaves));
  }

  @Test
  void saysWhatPaysFirst() {
    Trial slow = new Trial(.125, 824, 363, 140, 1810);
    Trial fast = new Trial(.25, 672, 325, 100, 1620);
    Advice advice = advice(slow, fast);
    assertThat(advice.sentence())
        .isEqualTo(
            "alpha .25: 1.31 times faster, 19 % less activation memory; .125 does not pay here");
    assertThat(advice.pays(fast)).isTrue();
    assertThat(advice.pays(slow)).isFalse();
    assertThat(advice.ratio(fast)).isEqualTo(100 / 131.0);
    assertThat(advice.predictedMicroseconds(fast)).isCloseTo(131 * .672, within(1e-9));
    assertThat(advice.predictedActivationBytes(fast)).isEqualTo(1625);
  }

  @Test
  void differencesWithinTheNoiseAreNone() {
    assertThat(advice(new Trial(.5, 438, 250, 129, 2100)).sentence())
        .isEqualTo("alpha .5: no faster, 5 % more activation memory");
    assertThat(advice(new Trial(.5, 438, 250, 133, 2000)).sentence())
        .isEqualTo("alpha .5: no faster, as much activation memory");
  }

  @Test
  void whereNothingPays() {
    assertThat(
            advice(new Trial(.5, 438, 250, 150, 1000), new Trial(1, 250, 100, 140, 1000))
                .sentence())
        .isEqualTo("alpha .5 and 1 do not pay here");
    assertThat(advice(new Trial(.5, 438, 250, 150, 1000)).sentence())
        .isEqualTo("alpha .5 does not pay here");
  }

  @Test
  void adviceChecksItself() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Advice("layer", 1, new Trial(.5, 1, 1, 1, 1), List.of()))
        .withMessage("dense must have alpha 0, had 0.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> advice(new Trial(.5, 1, 1, 1, 1), new Trial(.25, 1, 1, 1, 1)))
        .withMessage("the alphas of octaves must be above 0 and grow, 0.25 came after 0.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OctaveAdvisor(OPTIONS, List.of(.5, 0.)))
        .withMessage("alphas must be above 0 and at most 1, and at least one, were [0.5, 0.0]");
  }

  @Test
  void aLayerMeasured() {
    OctaveConv2d spec = OctaveConv2d.of(32, 64).kernel(3).padding(1).build();
    long before = System.nanoTime();
    Advice advice =
        new OctaveAdvisor(OPTIONS, List.of(.5))
            .advise(spec, OctaveShape.of(2, 14, 14, SizeRule.FLOOR));
    double all = (System.nanoTime() - before) / 1e3;
    assertThat(advice.subject()).isEqualTo("layer 3x3, 32 > 64 channels, batch 2, 14x14");
    long dense = 2L * 14 * 14 * 32 * 64 * 9;
    assertThat(advice.dense().multiplyAdds()).isEqualTo(dense);
    assertThat(advice.dense().elements()).isEqualTo(2L * 14 * 14 * (32 + 64));
    Trial octave = advice.octaves().getFirst();
    assertThat(octave.multiplyAdds()).isEqualTo(dense * 7 / 16);
    assertThat(octave.elements()).isEqualTo(2L * 14 * 14 * (32 + 64) * 5 / 8);
    assertThat(octave.activationBytes()).isGreaterThanOrEqualTo(4 * octave.elements());
    assertThat(advice.rounds()).isGreaterThanOrEqualTo(60);
    // A median: half of the rounds took as long. No core of today does 10,000 billion a second.
    assertThat(octave.microseconds())
        .isBetween(2 * octave.multiplyAdds() / 1e7, 2 * all / advice.rounds());
  }

  @Test
  void theFirstLayerOfANetworkStaysOne() {
    OctaveConv2d first = OctaveConv2d.of(16, 32).alpha(0, .75).build();
    Advice advice =
        new OctaveAdvisor(OPTIONS, List.of(.25))
            .advise(first, OctaveShape.of(1, 8, 8, SizeRule.FLOOR));
    // all of the input is high, a quarter of the output low: 1/4 + 3/4 * 3/4
    assertThat(advice.octaves().getFirst().multiplyAdds())
        .isEqualTo(advice.dense().multiplyAdds() * 13 / 16);
  }

  @Test
  void aNetworkMeasured() {
    Model model = Model.of("resnet26").width(.125).imageSize(64).classes(10);
    Advice advice = new OctaveAdvisor(OPTIONS, List.of(.5)).advise(model, 1);
    assertThat(advice.subject()).isEqualTo("resnet26, batch 1, 64x64");
    assertThat(advice.dense().multiplyAdds()).isEqualTo(model.graph().multiplyAdds());
    assertThat(advice.octaves().getFirst().multiplyAdds())
        .isEqualTo(model.alpha(.5).graph().multiplyAdds());
    assertThat(advice.octaves().getFirst().activationBytes())
        .isLessThan(advice.dense().activationBytes());
  }
}
