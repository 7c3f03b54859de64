package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors with NaN or infinities are refused by name: a ReLU would hide them. */
class NotFiniteTest {
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  /** Each kind of layer that has tensors. */
  private static NetworkGraph graph() {
    NetworkBuilder net = new NetworkBuilder(3, 8, 8);
    OctaveConv2d first = OctaveConv2d.of(3, 8).kernel(3).padding(1).alpha(0, 0.5).build();
    FeatureMap x = net.convolution("first", net.input(), first, Norm.BATCH, Activation.RELU);
    OctaveConv2d both = OctaveConv2d.of(8, 8).alpha(0.5).build();
    x = net.convolution("both", x, both, Norm.BIAS, Activation.RELU);
    x = net.squeezeExcitation("se", x, 2);
    OctaveConv2d last = OctaveConv2d.of(8, 4).alpha(0.5, 0).build();
    x = net.convolution("last", x, last, Norm.BATCH, Activation.RELU);
    OctaveConv2d plain = OctaveConv2d.of(4, 4).stride(2).strideRule(StrideRule.MOVE_KERNEL).build();
    x = net.convolution("plain", x, plain, Norm.BATCH, "norm", Activation.RELU);
    return net.build(net.linear("fc", net.globalAverage("pool", x), 2, Activation.NONE));
  }

  private static Map<String, float[]> tensors() {
    Map<String, float[]> tensors = new HashMap<>();
    for (Parameter p : graph().parameters()) {
      tensors.put(p.name(), Parameters.random(1).values(p));
    }
    return tensors;
  }

  private static NetworkInfo info() {
    return new NetworkInfo(
        "n", 3, 8, 8, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), List.of("a", "b"));
  }

  private static void assertRefused(Map<String, float[]> tensors, String message) {
    for (Tuning tuning : Tuning.values()) {
      try (Network network = new Network(info(), graph(), Parameters.of(tensors))) {
        assertThatThrownBy(() -> network.predictor(1, PLAIN.tuning(tuning)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(message);
        assertThat(network.statistics().size()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void everyTensorIsNamed(float value) {
    for (Parameter p : graph().parameters()) {
      Map<String, float[]> tensors = tensors();
      float[] values = tensors.get(p.name());
      values[values.length - 1] = value;

      try (Network network = new Network(info(), graph(), Parameters.of(tensors))) {
        assertThatThrownBy(() -> network.predictor(1, PLAIN))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                String.format(
                    Locale.ROOT,
                    "tensor %s must be finite, was %s at index %d",
                    p.name(),
                    value,
                    values.length - 1));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1e-4", "-1.1e-5", "-3e38"})
  void aVarianceBelowMinusEpsilon(float variance) {
    Map<String, float[]> tensors = tensors();
    tensors.get("last.bn_h.running_var")[2] = variance;
    assertRefused(
        tensors,
        "tensor last.bn_h.running_var must be above -1.0E-5, which is its batch norm's epsilon, was "
            + variance
            + " at index 2");
  }

  @Test
  void aVarianceOfZeroAndASmallNegativeOneAreFine() {
    Map<String, float[]> tensors = tensors();
    tensors.get("last.bn_h.running_var")[2] = 0;
    tensors.get("last.bn_h.running_var")[1] = -5e-6f;
    try (Network network = new Network(info(), graph(), Parameters.of(tensors));
        Predictor predictor = network.predictor(1, PLAIN)) {
      for (float result : predictor.run(new float[192])) {
        assertThat(result).isFinite();
      }
    }
  }

  @Test
  void whatBecomesInfiniteWhenFolded() {
    Map<String, float[]> tensors = tensors();
    tensors.get("last.bn_h.weight")[3] = 3e38f;
    tensors.get("last.bn_h.running_var")[3] = 0;
    assertRefused(
        tensors,
        "the batch norm last.bn_h makes of tensor last.conv.conv_h2h.weight what is not finite: "
            + (tensors.get("last.conv.conv_h2h.weight")[12] > 0 ? "" : "-")
            + "Infinity at index 12");
  }

  @Test
  void aFileIsNamed(@TempDir Path folder) throws IOException {
    Model model = Model.of("resnet26").width(1 / 32.0).classes(3).imageSize(32);
    SafetensorsWriter writer = new SafetensorsWriter();
    writer
        .metadata("arch", "resnet26")
        .metadata("width", "0.03125")
        .metadata("classes", "3")
        .metadata("image_size", "32");
    for (Parameter p : model.graph().parameters()) {
      float[] values = Parameters.random(1).values(p);
      if (p.name().equals("layer1.0.bn2.running_var")) {
        values[1] = Float.NaN;
      }
      writer.floats(p.name(), values, Parameter.unboxed(p.shape()));
    }
    Path file = folder.resolve("broken.safetensors");
    writer.write(file);
    try (Network network = Network.load(file)) {
      assertThatThrownBy(network::predictor)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              file + ": tensor layer1.0.bn2.running_var must be finite, was NaN at index 1");
      assertThatThrownBy(() -> network.run(new float[3 * 32 * 32]))
          .hasMessageContaining("layer1.0.bn2.running_var");
    }
  }

  /** What the Javadoc says of images that are not finite, and the check that it offers. */
  @Test
  void imagesAreChecked() {
    try (Network network = new Network(info(), graph(), Parameters.of(tensors()));
        Predictor predictor = network.predictor(1, PLAIN)) {
      float[] image = new float[192];
      image[64 + 8 + 3] = Float.NaN; // channel 1, row 1, column 3
      predictor.set(MemorySegment.ofArray(image));
      assertThatThrownBy(() -> predictor.input().requireFinite("images"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("images must be finite, was NaN at (0, 1, 1, 3) of f32 1x3x8x8");
      assertThat(predictor.input().firstNonFinite().orElseThrow().position())
          .containsExactly(0L, 1L, 1L, 3L);
      image[64 + 8 + 3] = 1;
      predictor.set(MemorySegment.ofArray(image));
      predictor.input().requireFinite("images");
    }
  }
}
