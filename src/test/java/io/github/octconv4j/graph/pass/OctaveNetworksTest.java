package io.github.octconv4j.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxTensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks that PyTorch exported: what is recognized, and that it still computes the same. */
@SameOnEveryProcessor
class OctaveNetworksTest {
  private static final Path SHARED = Path.of("../shared/onnx/octave");

  @ParameterizedTest
  @CsvSource({
    "a_seed_op11, 4",
    "a_seed_op13, 4",
    "a_seed_op13_dynamic, 4",
    "b_general_op13, 5",
    "c_functional_op11, 4",
    "d_bias_nobn_op13, 4",
    "e_residual_op13, 9",
    "f_mobile_dw_op13, 8",
    "g_prelu_op13, 4",
    "g_silu_op17, 4",
    "h_trap_maxpool_op13, 0",
    "h_trap_strided_op13, 0",
    "i_trap_bilinear_op11, 0",
    "j_three_branch_op13, 0",
    "k_odd_size_op13, 1",
    "l_unet_op13, 8"
  })
  void network(String name, int recognized) throws IOException {
    Path test = SHARED.resolve(name);
    Assumptions.assumeTrue(Files.isDirectory(test), test + " is not there");
    try (OnnxModel model = OnnxModel.open(test.resolve("model.onnx"))) {
      for (int set = 0; Files.exists(test.resolve("test_data_set_" + set)); set++) {
        check(model.graph(), test.resolve("test_data_set_" + set), recognized);
      }
    }
  }

  private static void check(Graph graph, Path set, int recognized) throws IOException {
    Map<String, TensorData> x = new HashMap<>();
    Map<String, long[]> sizes = new HashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      TensorData data = OnnxTensorFile.read(set.resolve("input_" + i + ".pb"));
      x.put(graph.inputs().get(i).name(), data);
      sizes.put(graph.inputs().get(i).name(), data.dims());
    }
    RecognizeOctave.Result result = RecognizeOctave.find(Passes.simplify(graph.bind(sizes)));
    assertThat(result.recognized()).hasSize(recognized);
    assertThat(recognized > 0 || !result.rejected().isEmpty()).isTrue(); // says why not
    Map<String, TensorData> y = Interpreter.ofHeap().run(result.graph(), x);
    for (int i = 0; i < graph.outputs().size(); i++) {
      double[] actual = y.get(graph.outputs().get(i)).toDoubles();
      double[] expected = OnnxTensorFile.read(set.resolve("output_" + i + ".pb")).toDoubles();
      double largest = 0;
      double error = 0;
      for (int j = 0; j < expected.length; j++) {
        largest = Math.max(largest, Math.abs(expected[j]));
        error = Math.max(error, Math.abs(actual[j] - expected[j]));
      }
      assertThat(error).isLessThan(2e-6 * largest);
    }
  }
}
