package io.github.octconv4j.cli;

import io.github.octconv4j.nn.Model;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What commands that run whole networks with random weights have in common. */
final class NetOptions {
  @Parameters(
      paramLabel = "NAME",
      description =
          "An architecture: resnet26, 50, 101, 152, 200, resnext50_32x4d, resnext101_32x4d,"
              + " se_resnet50, slim_resnet13, mobilenet_v1, mobilenet_v2; oct_ before it makes no difference. For"
              + " explain also FILE.onnx.")
  private String name;

  @Mixin private RunOptions run;

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

  /** The ONNX file that the name is that of; empty for an architecture. */
  Optional<Path> file() {
    return Optional.of(Path.of(name)).filter(OnnxModel::isOnnx);
  }

  /** Height and width of the image; 0 where none was given. */
  int size() {
    return size.orElse(0);
  }

  /** Options of a graph, which has F32 alone. */
  PlanOptions planOptionsOfGraphs() {
    return run.planOptionsOfGraphs();
  }

  /** The network with this alpha. */
  Model model(double alpha) {
    Model model =
        Model.of(name)
            .alpha(alpha)
            .width(width)
            .strideRule(keepLow ? StrideRule.KEEP_LOW : StrideRule.POOL_ALL);
    return size.isPresent() ? model.imageSize(size.get()) : model;
  }

  /** Measured; choices are kept apart from those of other runs in this process. */
  PlanOptions planOptions() {
    return run.planOptionsOfNetworks().tuning(Tuning.MEASURED).choices(PlanChoices.inMemory());
  }

  int threads() {
    return run.threads();
  }

  /** Whether the octave networks are of whole numbers. */
  boolean isInt8() {
    return run.isInt8();
  }

  /** Returns for instance {@code f32} or {@code int8}. */
  String arithmetic() {
    return run.arithmetic();
  }

  /** Returns how graphs are run, for instance {@code f32, 1 thread}. */
  String runOfGraphs() {
    return run.ofGraphs();
  }

  int batch() {
    return batch;
  }

  /** Returns for instance {@code f32, 1 thread, batch 1}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s, batch %d", run, batch);
  }
}
