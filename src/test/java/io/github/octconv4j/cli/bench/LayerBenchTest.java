package io.github.octconv4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.octave.PlanCandidate;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerBenchTest {
  private static final String PROBLEM = "mb2ic32oc32_ih8kh3ph1";

  private static PlanOptions options() {
    return PlanOptions.DEFAULT.tuning(Tuning.MEASURED).choices(PlanChoices.inMemory());
  }

  private static LayerShape layer() throws IOException {
    return new LayerShapes().addProblem(PROBLEM).layers().getFirst();
  }

  @Test
  void oneRaceForAllAlphas() throws IOException {
    try (Engine engine = Engine.cpu()) {
      LayerBench bench = new LayerBench(engine, options().type(DataType.BF16).threads(2), 4);
      if (!Bf16Support.isHereOrRefuses(() -> bench.run(layer(), List.of(0.25)))) {
        return;
      }
      List<LayerResult> results = bench.run(layer(), List.of(0.25, 1.0));
      assertThat(results).extracting(LayerResult::alpha).containsExactly(0.25, 1.0);
      for (LayerResult result : results) {
        assertThat(result.rounds()).isEqualTo(4);
        assertThat(result.options().type()).isEqualTo(DataType.BF16);
        assertThat(result.options().threads()).isEqualTo(2);
        assertThat(result.dense()).isEqualTo(results.getFirst().dense());
        assertThat(result.octave().gflops()).isBetween(1e-3, 2e4); // of two threads
        assertThat(result.octave().multiplyAdds())
            .isEqualTo((long) (result.multiplyAddRatio() * result.dense().multiplyAdds()));
        assertThat(result.octave().gflops())
            .isEqualTo(2e-3 * result.octave().multiplyAdds() / result.octave().microseconds());
      }
    }
  }

  @Test
  void asManyRoundsAsItTakes() throws IOException {
    try (Engine engine = Engine.cpu()) {
      LayerResult result =
          new LayerBench(engine, options(), 0).run(layer(), List.of(0.5)).getFirst();
      assertThat(result.rounds()).isGreaterThanOrEqualTo(60);
    }
  }

  @Test
  void explainedContender() throws IOException {
    try (Engine engine = Engine.cpu();
        LayerContender octave = LayerContender.explained(engine, layer(), 0.5, options())) {
      List<PlanCandidate> considered = octave.considered();
      assertThat(considered).extracting(PlanCandidate::formulation).doesNotHaveDuplicates();
      assertThat(considered.getFirst().chosen()).isTrue();
      assertThat(considered.getFirst().measured()).isTrue();
      assertThat(considered.getFirst().formulation()).isEqualTo(octave.plan().formulation());
      assertThat(considered).filteredOn(PlanCandidate::chosen).hasSize(1);
      assertThat(considered)
          .extracting(PlanCandidate::predictedMicroseconds)
          .allMatch(us -> us > 0);
      assertThat(considered)
          .allSatisfy(
              c -> assertThat(c.microseconds() > 0).as(c.toString()).isEqualTo(c.measured()));

      List<StepInfo> steps = octave.plan().steps();
      assertThat(octave.profile(3)).hasSameSizeAs(steps);
      assertThat(steps).extracting(StepInfo::bytesRead).allMatch(bytes -> bytes > 0);
      assertThat(steps).extracting(StepInfo::bytesWritten).allMatch(bytes -> bytes > 0);
      assertThat(octave.references()).isZero();
    }
  }

  @Test
  void contendersKeepNoChoicesBeyondTheirOptions() throws IOException {
    try (Engine engine = Engine.cpu();
        LayerContender dense = LayerContender.of(engine, layer(), 0, options())) {
      assertThat(dense.considered()).isEmpty();
      assertThat(dense.plan().input().low()).isNull();
      assertThat(dense.plan().output().low()).isNull();
    }
  }
}
