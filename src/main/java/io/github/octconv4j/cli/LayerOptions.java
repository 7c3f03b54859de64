package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What commands that run single layers have in common. */
final class LayerOptions {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      converter = DataTypeConverter.class,
      description = "f32 (default) or bf16; the dense layer of bench is f32 in each case.")
  private DataType dtype;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      converter = ThreadsConverter.class,
      description = "Threads that work on one layer, 1 by default.")
  private int threads;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = CountConverter.class,
      description = "Images, instead of the problem's own number.")
  private Optional<Integer> batch;

  /** Choices are kept apart from those of other runs in this process. */
  PlanOptions planOptions() {
    return PlanOptions.DEFAULT.type(dtype).threads(threads).choices(PlanChoices.inMemory());
  }

  int threads() {
    return threads;
  }

  List<LayerShape> sized(List<LayerShape> layers) {
    return batch.isEmpty()
        ? layers
        : layers.stream().map(layer -> layer.withBatch(batch.get())).distinct().toList();
  }

  /** Returns for instance {@code f32, 1 thread}. */
  @Override
  public String toString() {
    return "%s, %d thread%s".formatted(name(dtype), threads, threads == 1 ? "" : "s");
  }

  static String name(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
