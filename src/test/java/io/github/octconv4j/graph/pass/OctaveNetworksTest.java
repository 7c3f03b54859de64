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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks that PyTorch exported: what is recognized, and that it still computes the same. */
@SameOnEveryProcessor
class OctaveNetworksTest {
  private static final Path EXPORTS = Path.of("src/test/resources/io/github/octconv4j/onnx/octave");
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
    check(test, recognized);
  }

  /** What {@code scripts/export_octave.py} writes; in traps the first and last ones count. */
  @ParameterizedTest
  @CsvSource({
    "seed_op9, 3, ''",
    "seed_op10, 3, ''",
    "seed_op17, 4, ''",
    "bias_op11, 3, ''",
    "bias_norm_op12, 3, ''",
    "norm_paths_op12, 3, ''",
    "size_op13, 3, ''",
    "size_unfolded_op11, 3, ''",
    "size_dynamic_op16, 3, ''",
    "adaptive_op14, 3, ''",
    "unfolded_op17, 3, ''",
    "dynamic_op15, 3, ''",
    "batch_op9, 3, ''",
    "prelu_op13, 3, ''",
    "silu_op14, 3, ''",
    "quarter_op13, 3, ''",
    "three_quarters_op13, 3, ''",
    "pointwise_op13, 3, ''",
    "dilated_op13, 3, ''",
    "grouped_op13, 3, ''",
    "wide_op13, 3, ''",
    "depthwise_op13, 3, ''",
    "pool_all_op17, 3, ''",
    "keep_low_op13, 3, ''",
    "residual_op14, 7, ''",
    "separable_op13, 4, ''",
    "read_pooled_op13, 3, ''",
    "replicated_op13, 3, ''",
    "trap_max_op13, 1, 'high to low is MaxPool of [2, 2] that moves by [2, 2], not'",
    "trap_wide_pool_op13, 1, 'high to low is AveragePool of [3, 3] that moves by [2, 2], not'",
    "trap_strided_op13, 1, 'high to low is a convolution that moves by [2, 2], not'",
    "trap_bilinear_op11, 0, 'upsampling is LINEAR, not NEAREST'",
    "trap_aligned_op12, 0, 'upsampling is LINEAR, not NEAREST'",
    "trap_bicubic_op13, 0, 'upsampling is CUBIC, not NEAREST'",
    "trap_repeated_op13, 0, ''",
    "trap_transposed_op13, 2, ''",
    "trap_shared_op13, 2, ' is read elsewhere'",
    "trap_read_low_op13, 2, ' is read elsewhere'",
    "trap_subtracted_op13, 2, ''"
  })
  void export(String name, int recognized, String reason) throws IOException {
    List<String> rejected = check(EXPORTS.resolve(name), recognized);
    if (reason.isEmpty()) {
      assertThat(rejected).isEmpty();
    } else {
      assertThat(rejected).isNotEmpty().allMatch(line -> line.contains(reason));
    }
  }

  private static List<String> check(Path test, int recognized) throws IOException {
    List<String> rejected = new ArrayList<>();
    try (OnnxModel model = OnnxModel.open(test.resolve("model.onnx"))) {
      for (int set = 0; Files.exists(test.resolve("test_data_set_" + set)); set++) {
        rejected.addAll(check(model.graph(), test.resolve("test_data_set_" + set), recognized));
      }
    }
    return rejected;
  }

  private static List<String> check(Graph graph, Path set, int recognized) throws IOException {
    Map<String, TensorData> x = new HashMap<>();
    Map<String, long[]> sizes = new HashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      TensorData data = OnnxTensorFile.read(set.resolve("input_" + i + ".pb"));
      x.put(graph.inputs().get(i).name(), data);
      sizes.put(graph.inputs().get(i).name(), data.dims());
    }
    RecognizeOctave.Result result = RecognizeOctave.find(Passes.simplify(graph.bind(sizes)));
    assertThat(result.recognized()).hasSize(recognized);
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
    return result.rejected();
  }
}
