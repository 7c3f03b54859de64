package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.OneNode.floats;
import static io.github.octconv4j.onnx.OneNode.near;
import static io.github.octconv4j.onnx.OneNode.waves;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LSTM, GRU and RNN with the inputs of ONNX's own tests, and against PyTorch and NumPy. */
class RecurrentRulesTest {
  private static final TensorData THREE = floats(new float[] {1, 2, 3, 4, 5, 6}, 3, 1, 2);

  @TempDir private Path folder;

  private OneNode node(String operator, Object... attributes) {
    return new OneNode(folder, 14, operator, attributes);
  }

  /** The same number everywhere. */
  private static TensorData all(float value, long... dims) {
    float[] values = new float[(int) (dims[0] * dims[1] * (dims.length > 2 ? dims[2] : 1))];
    Arrays.fill(values, value);
    return floats(values, dims);
  }

  /** Two directions with weights of a half and of two. */
  private static TensorData halfAndTwo(int rows, int columns) {
    float[] values = new float[2 * rows * columns];
    Arrays.fill(values, 0, rows * columns, 0.5f);
    Arrays.fill(values, rows * columns, values.length, 2);
    return floats(values, 2, rows, columns);
  }

  private static double[] each(int times, double... values) {
    double[] all = new double[times * values.length];
    Arrays.setAll(all, i -> values[i / times]);
    return all;
  }

  private static void check(Map<String, TensorData> y, String name, String type, double... values) {
    assertThat(y.get(name).type()).as(name).hasToString(type);
    assertThat(y.get(name).toDoubles()).as(name).containsExactly(values, near(1e-5));
  }

  @Test
  void lstmOfOnnx() throws IOException {
    TensorData x = THREE.reshape(1, 3, 2);
    check(
        node("LSTM", "hidden_size", 3)
            .of(x, all(.1f, 1, 12, 2), all(.1f, 1, 12, 3))
            .makes(" h")
            .run(),
        "h",
        "F32[1, 3, 3]",
        each(3, 0.095241, 0.256064, 0.403238));
    float[] bias = new float[32];
    Arrays.fill(bias, 0, 16, .1f);
    TensorData nine = floats(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 3, 3);
    check(
        node("LSTM", "hidden_size", 4)
            .of(nine, all(.1f, 1, 16, 3), all(.1f, 1, 16, 4), floats(bias, 1, 32))
            .makes(" h")
            .run(),
        "h",
        "F32[1, 3, 4]",
        each(4, 0.256064, 0.536728, 0.667213));
    TensorData eight = floats(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 4);
    check(
        node("LSTM", "hidden_size", 3)
            .of(
                eight,
                all(.1f, 1, 12, 4),
                all(.1f, 1, 12, 3),
                all(0, 1, 24),
                OneNode.of(ElementType.I32, new long[] {2}, 1, 1),
                all(0, 1, 2, 3),
                all(0, 1, 2, 3),
                all(.1f, 1, 9))
            .makes(" h")
            .run(),
        "h",
        "F32[1, 2, 3]",
        each(3, 0.375069, 0.680131));
    Map<String, TensorData> batchwise =
        node("LSTM", "hidden_size", 7, "layout", 1)
            .of(THREE, all(.3f, 1, 28, 2), all(.3f, 1, 28, 7))
            .makes("y h")
            .run();
    check(batchwise, "y", "F32[3, 1, 1, 7]", each(7, 0.333693, 0.622393, 0.718579));
    check(batchwise, "h", "F32[3, 1, 7]", each(7, 0.333693, 0.622393, 0.718579));
  }

  @Test
  void directionsOfOnnx() throws IOException {
    Map<String, TensorData> reverse =
        node("LSTM", "hidden_size", 3, "direction", "reverse")
            .of(THREE, all(.1f, 1, 12, 2), all(.1f, 1, 12, 3))
            .makes(" h c")
            .run();
    check(reverse, "h", "F32[1, 1, 3]", each(3, 0.404125));
    check(reverse, "c", "F32[1, 1, 3]", each(3, 0.797023));
    Map<String, TensorData> both =
        node("LSTM", "direction", "bidirectional")
            .of(THREE, halfAndTwo(12, 2), halfAndTwo(12, 3))
            .makes(" h c")
            .run();
    check(both, "h", "F32[2, 1, 3]", each(3, 0.990224, 0.995047));
    check(both, "c", "F32[2, 1, 3]", each(3, 2.712913, 2.999977));
    check(
        node("GRU", "hidden_size", 5, "direction", "bidirectional")
            .of(THREE, halfAndTwo(15, 2), halfAndTwo(15, 5))
            .makes(" h")
            .run(),
        "h",
        "F32[2, 1, 5]",
        each(5, 0.183583, 0.002473));
    check(
        node("GRU", "hidden_size", 5)
            .of(THREE.reshape(1, 3, 2), all(.1f, 1, 15, 2), all(.1f, 1, 15, 5))
            .makes(" h")
            .run(),
        "h",
        "F32[1, 3, 5]",
        each(5, 0.123970, 0.200537, 0.199917));
    check(
        node("RNN", "hidden_size", 4)
            .of(THREE.reshape(1, 3, 2), all(.1f, 1, 4, 2), all(.1f, 1, 4, 4))
            .makes(" h")
            .run(),
        "h",
        "F32[1, 3, 4]",
        each(4, 0.291313, 0.604368, 0.800499));
  }

  private static double[] doubles(String text) {
    return Arrays.stream(text.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  /** Two directions and sequences with all inputs; the last state and cell follow from the rest. */
  @ParameterizedTest
  @CsvSource({
    "plain, '0.125192 0.171904 0.322408 -0.046685 -0.065149 -0.138627 0.036216 -0.048173 0.265444 0.171769 0.228355 0.042259 -0.125623 -0.126709 0.107686 -0.056065 0.396816 0.114431 0.145855 0.168581 -0.245501 0.000714 0.080774 -0.121148', '0.396816 0.114431 0.145855 0.168581 -0.065149 -0.138627 0.036216 -0.048173', '0.546482 0.189082 0.259743 0.214496 -0.125292 -1.402382 0.048278 -2.420901'",
    "clip, '-0.114756 0.147045 0.167342 -0.050895 -0.071399 -0.082685 0.023017 -0.123970 0.028889 0.133298 0.167342 0.029447 -0.139358 -0.021804 0.095615 -0.123970 0.095690 0.126867 0.140428 0.083486 -0.167342 0.084829 0.095237 -0.123970', '0.095690 0.126867 0.140428 0.083486 -0.071399 -0.082685 0.023017 -0.123970', '0.168146 0.224552 0.251868 0.146370 -0.137157 -0.196801 0.040090 -0.459589'",
    "coupled, '-0.064958 0.233204 0.446626 -0.269637 -0.161736 -0.132262 0.090604 -0.075876 0.187182 0.278670 0.457413 -0.186658 -0.193759 -0.130351 0.191961 -0.073914 0.381812 0.258488 0.418465 -0.050075 -0.262427 -0.044301 0.188383 -0.122283', '0.381812 0.258488 0.418465 -0.050075 -0.161736 -0.132262 0.090604 -0.075876', '0.536827 0.476657 0.781224 -0.063129 -0.329588 -0.889622 0.122100 -0.857752'",
    "lens, '0.125192 0.171904 0.322408 -0.046685 -0.065149 -0.138627 0.000182 -0.119683 0.265444 0.171769 0.000000 0.000000 -0.125623 -0.126709 0.000000 0.000000 0.396816 0.114431 0.000000 0.000000 -0.245501 0.000714 0.000000 0.000000', '0.396816 0.114431 0.322408 -0.046685 -0.065149 -0.138627 0.000182 -0.119683', '0.546482 0.189082 0.493886 -0.063693 -0.125292 -1.402382 0.000290 -1.280054'"
  })
  void lstm(String option, String states, String last, String cells) throws IOException {
    OneNode node =
        switch (option) {
          case "clip" -> node("LSTM", "direction", "bidirectional", "clip", .3f);
          case "coupled" -> node("LSTM", "direction", "bidirectional", "input_forget", 1);
          default -> node("LSTM", "direction", "bidirectional");
        };
    TensorData lengths =
        option.equals("lens") ? OneNode.of(ElementType.I32, new long[] {2}, 3, 1) : null;
    Map<String, TensorData> y =
        node.of(
                waves(0, 3, 2, 2),
                waves(1, 2, 8, 2),
                waves(2, 2, 8, 2),
                waves(3, 2, 16),
                lengths,
                waves(4, 2, 2, 2),
                waves(5, 2, 2, 2),
                waves(6, 2, 6))
            .makes("y h c")
            .run();
    check(y, "y", "F32[3, 2, 2, 2]", doubles(states));
    check(y, "h", "F32[2, 2, 2]", doubles(last));
    check(y, "c", "F32[2, 2, 2]", doubles(cells));
  }

  @ParameterizedTest
  @CsvSource({
    "0, '-0.296802 -0.317759 0.635921 -0.209200 -0.080020 -0.393838 0.536999 -0.348988 0.096280 -0.598292 0.389331 -0.280406'",
    "1, '-0.484782 -0.373854 0.506008 -0.238122 -0.299943 -0.482790 0.271768 -0.400149 -0.088307 -0.678568 -0.004339 -0.362850'"
  })
  void gru(int linear, String states) throws IOException {
    node("GRU", "linear_before_reset", linear)
        .of(
            waves(0, 3, 2, 2),
            waves(1, 1, 6, 2),
            waves(2, 1, 6, 2),
            waves(3, 1, 12),
            null,
            waves(4, 1, 2, 2))
        .gives("F32[3, 1, 2, 2]", doubles(states));
  }

  @Test
  void otherActivations() throws IOException {
    Object[] leaky = {
      "activations", new String[] {"LeakyRelu"}, "activation_alpha", new float[] {.25f}
    };
    node("RNN", leaky)
        .of(
            waves(0, 3, 2, 2),
            waves(1, 1, 2, 2),
            waves(2, 1, 2, 2),
            waves(3, 1, 4),
            null,
            waves(4, 1, 2, 2))
        .gives(
            "F32[3, 1, 2, 2]",
            doubles(
                "0.223692 -0.005566 0.230083 -0.014015 0.855722 -0.139895 -0.041635 0.323866 1.459129 -0.301033 -0.129984 0.793469"));
    assertThat(
            node("RNN", "activations", new String[] {"Affine"})
                .of(THREE, all(1, 1, 1, 2), all(1, 1, 1, 1))
                .refused())
        .contains("activation Affine of RNN (n_y)");
    assertThat(
            node("GRU", "activations", new String[] {"Tanh"})
                .of(THREE, all(1, 1, 3, 2), all(1, 1, 3, 1))
                .refused())
        .contains("GRU: activations has 1 entries, expected 2 for GRU, FORWARD");
  }

  @Test
  void otherTypes() throws IOException {
    for (ElementType type : new ElementType[] {ElementType.F64, ElementType.F16}) {
      TensorData x = OneNode.of(type, new long[] {2, 1, 1}, 1, -1);
      TensorData w = OneNode.of(type, new long[] {1, 1, 1}, 0.5);
      TensorData y = node("RNN").of(x, w, w).run().get("y");
      double first = Math.tanh(0.5);
      assertThat(y.element()).isEqualTo(type);
      assertThat(y.toDoubles())
          .containsExactly(new double[] {first, Math.tanh(0.5 * first - 0.5)}, near(1e-3));
    }
  }

  @Test
  void whatDoesNotFit() throws IOException {
    TensorData w = all(1, 1, 3, 2);
    assertThat(node("GRU").of(THREE, w, all(1, 1, 3, 2)).refused())
        .contains("w is [1, 3, 2], expected [1, 6, 2]");
    assertThat(node("GRU", "hidden_size", 2).of(THREE, w, all(1, 1, 3, 1)).refused())
        .contains("hidden_size is 2, r has [1, 3, 1]");
    assertThat(
            node("GRU", "direction", "reverse", "clip", -1f)
                .of(THREE, w, all(1, 1, 3, 1))
                .refused())
        .contains("GRU: hidden is 0, clip -1.0 and variant false, expected");
    assertThat(node("GRU").of(THREE.reshape(6), w, all(1, 1, 3, 1)).refused())
        .contains("x is [6] and r [1, 3, 1], expected (steps, sequences, inputs)");
  }
}
