package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands that run single layers have in common. */
final class LayerOptions {
  @Mixin private RunOptions run;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = CountConverter.class,
      description = "Images, instead of the problem's own number.")
  private Optional<Integer> batch;

  /** Measured; choices are kept apart from those of other runs in this process. */
  PlanOptions planOptions() {
    return run.planOptions().tuning(Tuning.MEASURED).choices(PlanChoices.inMemory());
  }

  int threads() {
    return run.threads();
  }

  List<LayerShape> sized(List<LayerShape> layers) {
    return batch.isEmpty()
        ? layers
        : layers.stream().map(layer -> layer.withBatch(batch.get())).distinct().toList();
  }

  /** Returns for instance {@code f32, 1 thread}. */
  @Override
  public String toString() {
    return run.toString();
  }
}
