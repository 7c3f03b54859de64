package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What commands that run whole networks with random weights have in common. */
final class NetOptions {
  @Parameters(
      paramLabel = "NAME",
      description =
          "An architecture: resnet26, 50, 101, 152, 200, resnext50_32x4d, resnext101_32x4d,"
              + " se_resnet50, mobilenet_v1, mobilenet_v2; oct_ before it makes no difference.")
  private String name;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      converter = DataTypeConverter.class,
      description = "f32 (default) or bf16; the dense network of bench is f32 in each case.")
  private DataType dtype;

  @Option(
      names = "--fpmath",
      description =
          "Compute f32 with bf16 arithmetic where that is faster; the dense network of bench does not.")
  private boolean fpMath;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      converter = ThreadsConverter.class,
      description = "Threads that work on one run, 1 by default.")
  private int threads;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      converter = CountConverter.class,
      description = "Images of a run, 1 by default.")
  private int batch;

  @Option(
      names = "--size",
      paramLabel = "N",
      converter = CountConverter.class,
      description = "Height and width of the image, 224 by default.")
  private Optional<Integer> size;

  @Option(
      names = "--width",
      paramLabel = "W",
      defaultValue = "1",
      description = "Factor of all channel counts, 1 by default.")
  private double width;

  @Option(
      names = "--keep-low",
      description = "Strides leave the low part as it is on its way to the high one (KEEP_LOW).")
  private boolean keepLow;

  /** The network with this alpha. */
  Model model(double alpha) {
    Model model =
        Model.of(name)
            .alpha(alpha)
            .width(width)
            .strideRule(keepLow ? StrideRule.KEEP_LOW : StrideRule.POOL_ALL);
    return size.isPresent() ? model.imageSize(size.get()) : model;
  }

  /** Choices are kept apart from those of other runs in this process. */
  PlanOptions planOptions() {
    return PlanOptions.DEFAULT
        .type(dtype)
        .fpMath(fpMath ? FpMath.BF16 : FpMath.STRICT)
        .threads(threads)
        .choices(PlanChoices.inMemory());
  }

  /** The same for the dense network. */
  PlanOptions denseOptions() {
    return planOptions().type(DataType.F32).fpMath(FpMath.STRICT);
  }

  int threads() {
    return threads;
  }

  int batch() {
    return batch;
  }

  /** Returns for instance {@code f32} or {@code f32 with bf16 arithmetic}. */
  String arithmetic() {
    return LayerOptions.name(dtype) + (fpMath ? " with bf16 arithmetic" : "");
  }

  /** Returns for instance {@code f32, 1 thread, batch 1}. */
  @Override
  public String toString() {
    return "%s, %d thread%s, batch %d"
        .formatted(arithmetic(), threads, threads == 1 ? "" : "s", batch);
  }
}
