package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.Padding;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Graphs of all kinds of layers give what the interpreter makes of them, with weights as inputs.
 */
class NewLayersTest {
  private static final ChannelSplit BOTH = new ChannelSplit(3, 2);

  private static float[] wave(long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i * .7);
    }
    return values;
  }

  /** Runs on oneDNN and in Java. */
  private static void check(NetworkGraph graph, int batch) {
    Parameters random = Parameters.random(3);
    Map<String, TensorData> inputs = new HashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    graph
        .parameters()
        .forEach(
            p ->
                inputs.put(
                    p.name(), TensorData.of(random.values(p), Parameter.unboxed(p.shape()))));
    try (Network network = Network.of(graph, random);
        Arena arena = Arena.ofConfined()) {
      for (Value input : network.inputs()) {
        long[] dims = input.type().dims().stream().mapToLong(d -> d.size()).toArray();
        dims[0] = batch;
        float[] values = wave(dims[0] * dims[1] * dims[2] * dims[3]);
        inputs.put(input.name(), TensorData.of(values, dims));
        tensors.put(input.name(), Tensor.of(arena, values, dims));
      }
      Map<String, TensorData> expected = new Interpreter(1 << 24).run(graph.graph(), inputs);
      Map<String, Tensor> actual = network.run(tensors);
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, data) -> {
            assertThat(actual.get(name).desc().dims()).as(name).isEqualTo(data.dims());
            assertThat(actual.get(name).floats())
                .as(name)
                .containsExactly(data.toFloats(), within(1e-4f));
          });
    }
  }

  @Test
  void twoInputsAndOutputsWithLowParts() {
    NetworkBuilder net = new NetworkBuilder();
    FeatureMap a = net.input("a", BOTH, 8, 12);
    FeatureMap b = net.input("b", new ChannelSplit(2, 0), 8, 12);
    OctaveConv2d split = OctaveConv2d.of(2, 4).alpha(0, 0.5).build();
    FeatureMap c = net.convolution("c", b, split, Norm.BIAS, Activation.TANH);
    FeatureMap cat = net.concat("cat", a, c); // 5 + 4
    FeatureMap normed = net.batchNorm("norm", cat, Activation.HARD_SWISH);
    FeatureMap padded = net.pad("pad", normed, new Padding(2, 0, 2, 4));
    FeatureMap large = net.upsample("large", padded, 2, Upsampling.BILINEAR);
    assertThat(large).hasToString("5x24x32 + 4x12x16");
    NetworkGraph graph = net.build(large, net.upsample("nearest", a, 3, Upsampling.NEAREST), c);
    assertThat(graph.inputs()).containsExactly(a, b);
    assertThat(graph.graph().outputs())
        .containsExactly("large.h", "large.l", "nearest.h", "nearest.l", "c.h", "c.l");
    check(graph, 1);
    check(graph, 2);
  }

  @Test
  void transposedConvolutionsAndNormsAlone() {
    NetworkBuilder net = new NetworkBuilder(3, 5, 6);
    FeatureMap x = net.transposedConvolution("t", net.input(), 4, 3, 2, 1, 1, Activation.RELU);
    assertThat(x).hasToString("4x10x12");
    x = net.batchNorm("norm", x, Activation.NONE);
    x = net.transposedConvolution("u", x, 2, 2, 2, 0, 0, Activation.NONE);
    assertThat(x).hasToString("2x20x24");
    check(net.build(x), 2);
  }

  @Test
  void namesByRuleOrMap() {
    NetworkBuilder net = new NetworkBuilder(2, 4, 4).tensorNames(name -> "net." + name);
    OctaveConv2d point = OctaveConv2d.of(2, 2).build();
    FeatureMap x = net.convolution("a", net.input(), point, Norm.BIAS, Activation.NONE);
    net.tensorNames(Map.of("fc.weight", "head.w"));
    x = net.linear("fc", net.globalAverage("mean", x), 3, Activation.NONE);
    assertThat(net.build(x).parameters().stream().map(Parameter::name))
        .containsExactly(
            "net.a.conv.conv_h2h.weight", "net.a.conv.conv_h2h.bias", "head.w", "fc.bias");
    check(net.build(x), 1);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    NetworkBuilder net = new NetworkBuilder();
    assertThatThrownBy(net::input).hasMessage("the network has no input yet");
    FeatureMap a = net.input("a", BOTH, 8, 8);
    FeatureMap b = net.input("b", BOTH, 8, 10);
    assertThatThrownBy(() -> net.input("a", BOTH, 8, 8)).hasMessage("there is a layer a already");
    assertThatThrownBy(() -> net.input("c", BOTH, 1, 8))
        .hasMessage("input c: a low part needs at least 2x2 pixels, were 1x8");
    assertThatThrownBy(() -> net.concat("d", a, b))
        .hasMessage("layer d: a gives 3x8x8 + 2x4x4, which can't stand beside 3x8x10 + 2x4x5 of b");
    assertThatThrownBy(() -> net.upsample("e", a, 1, Upsampling.NEAREST))
        .hasMessage("layer e: factor must be 2 to 64, was 1");
    assertThatThrownBy(() -> net.transposedConvolution("f", a, 2, 2, 2, 0, 0, Activation.NONE))
        .hasMessage("layer f needs an input without low part, was 3x8x8 + 2x4x4");
    assertThatThrownBy(() -> net.pad("g", a, new Padding(1, 0, 0, 0)))
        .hasMessageStartingWith("layer g: padding must add something, and even numbers");
    assertThat(List.of(a, b)).extracting(FeatureMap::name).containsExactly("a", "b");
  }
}
