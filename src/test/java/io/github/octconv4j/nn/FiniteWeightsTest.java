package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Weights that are no numbers are refused by name: activations would turn NaN into zeros. */
class FiniteWeightsTest {
  private static final int CLASSES = 3;

  /** An octave convolution with batch norms, squeeze and excitation, and a linear layer. */
  private static NetworkGraph graph() {
    NetworkBuilder net = new NetworkBuilder(3, 8, 8);
    FeatureMap x =
        net.convolution(
            "conv",
            net.input(),
            OctaveConv2d.of(3, 8).kernel(3).padding(1).alpha(0, .5).build(),
            1,
            Norm.BATCH,
            Activation.RELU,
            TensorNames.octave("conv", "conv", "bn"));
    x = net.squeezeExcitation("se", x, 2);
    return net.build(net.linear("fc", net.globalAverage("pool", x), CLASSES, Activation.NONE));
  }

  private static float[] run(NetworkGraph graph, Map<String, float[]> tensors) {
    NetworkInfo info =
        new NetworkInfo(
            "small",
            3,
            8,
            8,
            0,
            NetworkInfo.IMAGENET_MEAN,
            NetworkInfo.IMAGENET_STD,
            List.of("a", "b", "c"));
    try (Network network = new Network(info, graph, Parameters.of(tensors))) {
      return network.run(new float[3 * 8 * 8]);
    }
  }

  private static Map<String, float[]> tensors(NetworkGraph graph) {
    Map<String, float[]> tensors = new HashMap<>();
    Parameters random = Parameters.random(1);
    graph.parameters().forEach(p -> tensors.put(p.name(), random.values(p)));
    return tensors;
  }

  @Test
  void eachTensorMustBeFinite() {
    NetworkGraph graph = graph();
    assertThat(run(graph, tensors(graph))).hasSize(CLASSES);
    for (Parameter p : graph.parameters()) {
      for (float value :
          new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        Map<String, float[]> broken = tensors(graph);
        float[] values = broken.get(p.name());
        values[values.length - 1] = value;
        assertThatIllegalArgumentException()
            .as("%s %s", p, value)
            .isThrownBy(() -> run(graph, broken))
            .withMessageStartingWith(
                "tensor %s %s has the value %s at index %s, expected finite ones",
                p.name(), p.shape(), value, values.length - 1);
      }
    }
  }

  @Test
  void variancesMustNotBeNegative() {
    NetworkGraph graph = graph();
    List<Parameter> variances =
        graph.parameters().stream().filter(p -> p.kind() == Parameter.Kind.VARIANCE).toList();
    assertThat(variances).hasSize(2);
    for (Parameter p : variances) {
      for (float value : new float[] {-1, -2e-5f, -1.1e-5f}) {
        Map<String, float[]> broken = tensors(graph);
        Arrays.fill(broken.get(p.name()), value);
        assertThatIllegalArgumentException()
            .as("%s %s", p, value)
            .isThrownBy(() -> run(graph, broken))
            .withMessageStartingWith(
                "tensor %s [4] has the variance %s at index 0, with epsilon", p.name(), value);
      }
      Map<String, float[]> rounded = tensors(graph);
      Arrays.fill(rounded.get(p.name()), -1e-7f); // as PyTorch takes it
      assertThat(run(graph, rounded)).doesNotContain(Float.NaN);
    }
  }

  @Test
  void foldingMustNotOverflow() {
    NetworkGraph graph = graph();
    Map<String, float[]> large = tensors(graph);
    Arrays.fill(large.get("conv.bn_h.weight"), 1e38f);
    Arrays.fill(large.get("conv.bn_h.running_var"), 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(graph, large))
        .withMessageContaining("the batch norm makes values of it that are not finite");
  }
}
