package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.TensorView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The architectures, cut down in width, against what PyTorch gave for the same random weights and
 * input, stage by stage.
 */
class ModelsAgainstPyTorchTest {
  private static final Path SMALL = Path.of("src/test/resources/io/github/octconv4j/nn/models");

  /** Other files of scripts/export_network.py may be compared, for instance all channels. */
  private static final Path FOLDER =
      Path.of(System.getProperty("octconv4j.models", SMALL.toString()));

  static List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> found =
          files.filter(path -> path.toString().endsWith(".safetensors")).sorted().toList();
      assertThat(found).hasSizeGreaterThanOrEqualTo(4);
      return found;
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyStageAgrees(Path path) throws Exception {
    compare(path, PlanOptions.DEFAULT.tuning(Tuning.OFF));
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyStageAgreesOnTwoThreads(Path path) throws Exception {
    compare(path, PlanOptions.DEFAULT.tuning(Tuning.HEURISTIC).threads(2));
  }

  /** BF16 has 8 bits of mantissa, and errors of 50 layers add up. */
  @ParameterizedTest
  @ValueSource(strings = {"oct_resnet50_a50", "oct_mobilenet_v1_a50", "resnet50"})
  void bf16IsClose(String name) throws Exception {
    PlanOptions bf16 = PlanOptions.DEFAULT.tuning(Tuning.OFF).type(DataType.BF16);
    try (Network network = Network.load(SMALL.resolve(name + ".safetensors"))) {
      if (!Bf16Support.isHereOrRefuses(() -> network.predictor(1, bf16).close())) {
        return;
      }
    }
    compareOutput(name, bf16);
  }

  /** On every processor. */
  @Test
  void theFastestTypeIsClose() throws Exception {
    compareOutput("oct_mobilenet_v1_a50", PlanOptions.fastest().tuning(Tuning.OFF));
  }

  /** F32 between the layers, BF16 where the processor multiplies. */
  @ParameterizedTest
  @ValueSource(strings = {"oct_resnet50_a50", "oct_mobilenet_v1_a50", "resnet50"})
  void bf16ArithmeticIsClose(String name) throws Exception {
    compareOutput(name, PlanOptions.DEFAULT.tuning(Tuning.OFF).fpMath(FpMath.BF16));
  }

  private static void compareOutput(String name, PlanOptions options) throws Exception {
    Path path = SMALL.resolve(name + ".safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Network network = Network.load(path);
        Predictor predictor =
            network.predictor(Math.toIntExact(file.tensor("input").shape()[0]), options)) {
      float[] output = predictor.run(file.tensor("input").toFloats());
      Expected.assertClose("output", output, file, 0.08);
    }
  }

  private static void compare(Path path, PlanOptions options) throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Network network = Network.load(path)) {
      TensorView input = file.tensor("input");
      try (Predictor predictor =
          network.tracingPredictor(Math.toIntExact(input.shape()[0]), options)) {
        float[] output = predictor.run(input.toFloats());

        int compared = 0;
        for (String name : file.names()) {
          if (name.startsWith("act.")) {
            Expected.assertClose(name, predictor.trace(layer(name, predictor)).floats(), file);
            compared++;
          }
        }
        assertThat(compared).isGreaterThanOrEqualTo(4); // three stages and their mean
        Expected.assertClose("output", output, file);
      }
    }
  }

  /** The trace of a stage: of a layer of its name, or else of the last one inside it. */
  private static String layer(String activation, Predictor predictor) {
    String name = activation.substring("act.".length());
    if (predictor.traces().contains(name)) {
      return name;
    }
    String stage = name.substring(0, name.length() - 2);
    String part = name.substring(name.length() - 2);
    List<String> inside = new ArrayList<>();
    for (String trace : predictor.traces()) {
      if (trace.startsWith(stage + ".") && trace.endsWith(part)) {
        inside.add(trace);
      }
    }
    assertThat(inside).as("layers of %s", activation).isNotEmpty();
    return inside.getLast();
  }
}
