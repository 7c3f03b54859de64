package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.github.octconv4j.SameInEveryLocale;
import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.compile.LayerTimes.Timed;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which formulation is the best of those that were timed. */
@SameOnEveryProcessor
@SameInEveryLocale
class LayerTimesTest {
  private static final Formulation PLAIN = Formulation.DEFAULT;
  private static final Formulation A =
      new Formulation.Images(
          Layout.NHWC, Formulation.HighSum.ON_RESAMPLING, Formulation.LowSum.SEPARATE);
  private static final Formulation B =
      new Formulation.Images(
          Layout.BLOCKED, Formulation.HighSum.ON_RESAMPLING, Formulation.LowSum.SEPARATE);

  private final LayerTimes times = new LayerTimes();

  private void plan(Timed... layers) {
    times.add(List.of(layers));
  }

  private static Timed took(String kind, Formulation formulation, double nanos) {
    return new Timed(kind, formulation, nanos, false);
  }

  @Test
  void eachKindHasItsOwn() {
    plan(took("x", PLAIN, 100), took("y", PLAIN, 100));
    plan(took("x", A, 50), took("y", A, 120));
    plan(took("x", B, 60), took("y", B, 40));
    assertThat(times.best()).containsOnly(entry("x", A), entry("y", B));
  }

  /** 60 + 60 against 10 + 90: what counts is all of them. */
  @Test
  void layersOfAKindAreSummed() {
    plan(took("x", PLAIN, 200));
    plan(took("x", A, 60), took("x", A, 60));
    plan(took("x", B, 10), took("x", B, 90));
    assertThat(times.best()).containsOnly(entry("x", B));
  }

  /** Kinds have different numbers of candidates, so that one may be in several plans. */
  @Test
  void ofSeveralPlansTheShortestCounts() {
    plan(took("x", PLAIN, 100));
    plan(took("x", A, 90));
    plan(took("x", B, 60));
    plan(took("x", A, 50));
    assertThat(times.best()).containsOnly(entry("x", A));
  }

  @Test
  void whatIsHardlyBetterThanTheDefaultIsNoise() {
    plan(took("x", PLAIN, 100), took("y", PLAIN, 100));
    plan(took("x", A, 97), took("y", A, 96));
    assertThat(times.best()).containsOnly(entry("x", PLAIN), entry("y", A));
  }

  @Test
  void noTimeMakesUpForAReferenceImplementation() {
    plan(took("x", PLAIN, 100), new Timed("y", PLAIN, 100, true));
    plan(new Timed("x", A, 1, true), took("y", A, 900_000));
    assertThat(times.best()).containsOnly(entry("x", PLAIN), entry("y", A));
  }

  @Test
  void withoutTheDefaultTheFastestIsTaken() {
    plan(took("x", A, 100));
    plan(took("x", B, 101));
    assertThat(times.best()).containsOnly(entry("x", A));
    assertThat(new LayerTimes().best()).isEmpty();
  }
}
