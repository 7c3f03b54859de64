package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the builder refuses, and layers that no architecture of ours has. */
class NetworkBuilderTest {
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  private static NetworkInfo info(int channels, int height, int width, int classes) {
    return new NetworkInfo(
        "test",
        channels,
        height,
        width,
        0,
        Collections.nCopies(channels, 0f),
        Collections.nCopies(channels, 1f),
        ModelFile.numbered(classes));
  }

  private static OctaveConv2d pointwise(int in, int out, double alphaIn, double alphaOut) {
    return OctaveConv2d.of(in, out).alpha(alphaIn, alphaOut).build();
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    NetworkBuilder net = new NetworkBuilder(4, 8, 8);
    FeatureMap a =
        net.convolution("a", net.input(), pointwise(4, 8, 0, 0.5), Norm.NONE, Activation.NONE);
    FeatureMap b =
        net.convolution("b", net.input(), pointwise(4, 8, 0, 0), Norm.NONE, Activation.NONE);
    assertThat(a).hasToString("4x8x8 + 4x4x4");

    assertThatThrownBy(
            () -> net.convolution("c", a, pointwise(6, 8, 0.5, 0.5), Norm.NONE, Activation.NONE))
        .hasMessageStartingWith("layer c needs an input with")
        .hasMessageEndingWith("was 4x8x8 + 4x4x4");
    assertThatThrownBy(() -> net.sum("d", a, b, Activation.NONE))
        .hasMessage("layer d: a gives 4x8x8 + 4x4x4, which can't be added to 8x8x8 of b");
    assertThatThrownBy(() -> net.sum("d", null, b, Activation.NONE)).hasMessage("first");
    assertThatThrownBy(() -> net.sum("d", a, null, Activation.NONE)).hasMessage("second");
    assertThatThrownBy(() -> net.linear("e", b, 3, Activation.NONE))
        .hasMessage("layer e needs an input of 1x1 pixels, was 8x8x8; add a global average before");
    OctaveConv2d wide = pointwise(1, Integer.MAX_VALUE, 0, 0);
    NetworkBuilder gray = new NetworkBuilder(1, 8, 8);
    assertThatThrownBy(() -> gray.convolution("w", gray.input(), wide, Norm.NONE, Activation.NONE))
        .hasMessageStartingWith("layer w: each part of an image may have 2147483647 values");
    assertThatThrownBy(() -> net.maxPool("f", b, 3, 2, 2)).hasMessageContaining("layer f");
    assertThatThrownBy(() -> net.maxPool("a", b, 2, 2, 0)).hasMessage("there is a layer a already");
    assertThatThrownBy(() -> net.build(net.input()))
        .hasMessage("an output must be a layer of this network, was input: 4x8x8");
    assertThatThrownBy(() -> net.build()).hasMessageStartingWith("a network needs an output");
    assertThatThrownBy(() -> net.build(a, a)).hasMessageEndingWith("were [a, a]");
    assertThatThrownBy(() -> new NetworkBuilder(4, 8, 8).maxPool("g", b, 2, 2, 0))
        .hasMessage("layer g: b belongs to another network");
  }

  @Test
  void tensorsThatDoNotFitAreListedInOneMessage() {
    NetworkBuilder net = new NetworkBuilder(4, 8, 8);
    FeatureMap x =
        net.convolution("a", net.input(), pointwise(4, 8, 0, 0), Norm.BIAS, Activation.NONE);
    NetworkGraph graph = net.build(net.globalAverage("pool", x));
    Map<String, float[]> tensors =
        Map.of("a.conv.conv_h2h.weight", new float[31], "other", new float[1]);

    assertThatThrownBy(() -> new Network(info(4, 8, 8, 8), graph, Parameters.of(tensors)).close())
        .hasMessage(
            "the tensors don't fit the network in 3 points: misshapen a.conv.conv_h2h.weight with 31 values, expected [8, 4, 1, 1]; missing a.conv.conv_h2h.bias [8]; superfluous other");
  }

  @Test
  void anImageOfAnotherSizeIsRefused() {
    NetworkBuilder net = new NetworkBuilder(1, 8, 8);
    NetworkGraph graph = net.build(net.globalAverage("pool", net.input()));

    assertThatThrownBy(() -> new Network(info(1, 8, 9, 1), graph, Parameters.of(Map.of())).close())
        .hasMessageContaining("1x8x9")
        .hasMessageContaining("1x8x8");
    try (Network network = new Network(info(1, 8, 8, 1), graph, Parameters.of(Map.of()))) {
      assertThatThrownBy(() -> network.run(new float[65])).hasMessageContaining("multiple of 64");
    }
  }

  /**
   * {@code relu(x + 2 x)}: the convolution reads what the sum is added to, which must not be
   * overwritten before.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aSumOfALayerAndItsOwnInput(int threads) {
    NetworkBuilder net = new NetworkBuilder(1, 2, 2);
    FeatureMap first = net.activation("first", net.input(), Activation.RELU);
    FeatureMap doubled =
        net.convolution("double", first, pointwise(1, 1, 0, 0), Norm.NONE, Activation.NONE);
    FeatureMap sum = net.sum("sum", doubled, first, Activation.RELU);
    NetworkGraph graph = net.build(sum);
    Map<String, float[]> tensors = Map.of("double.conv.conv_h2h.weight", new float[] {2});

    try (Network network = new Network(info(1, 2, 2, 1), graph, Parameters.of(tensors));
        Predictor predictor = network.predictor(1, PLAIN.threads(threads))) {
      assertThat(predictor.run(new float[] {1, -2, 3, 0.5f})).containsExactly(3, 0, 9, 1.5f);
    }
  }

  /** A value that is read again after the sum must survive it. */
  @Test
  void aSummandThatIsReadLater() {
    NetworkBuilder net = new NetworkBuilder(1, 1, 2);
    FeatureMap a =
        net.convolution("a", net.input(), pointwise(1, 1, 0, 0), Norm.NONE, Activation.NONE);
    FeatureMap b =
        net.convolution("b", net.input(), pointwise(1, 1, 0, 0), Norm.NONE, Activation.NONE);
    FeatureMap sum = net.sum("sum", a, b, Activation.NONE);
    FeatureMap again = net.sum("again", sum, b, Activation.NONE);
    Map<String, float[]> tensors =
        Map.of(
            "a.conv.conv_h2h.weight", new float[] {10},
            "b.conv.conv_h2h.weight", new float[] {1});

    try (Network network = new Network(info(1, 1, 2, 1), net.build(again), Parameters.of(tensors));
        Predictor predictor = network.predictor(1, PLAIN)) {
      assertThat(predictor.run(new float[] {1, 2})).containsExactly(12, 24);
    }
  }

  /** What is squared by nobody: x + x has one summand twice. */
  @Test
  void aValueAddedToItself() {
    NetworkBuilder net = new NetworkBuilder(1, 1, 2);
    FeatureMap a =
        net.convolution("a", net.input(), pointwise(1, 1, 0, 0), Norm.NONE, Activation.NONE);
    FeatureMap twice = net.sum("twice", a, a, Activation.NONE);
    Map<String, float[]> tensors = Map.of("a.conv.conv_h2h.weight", new float[] {3});

    try (Network network = new Network(info(1, 1, 2, 1), net.build(twice), Parameters.of(tensors));
        Predictor predictor = network.predictor(1, PLAIN)) {
      assertThat(predictor.run(new float[] {1, 2})).containsExactly(6, 12);
    }
  }

  @Test
  void activationsPoolsAndSoftmax() {
    NetworkBuilder net = new NetworkBuilder(1, 2, 4);
    FeatureMap silu = net.activation("silu", net.input(), Activation.SILU);
    NetworkGraph graph = net.build(silu);
    try (Network network = new Network(info(1, 2, 4, 8), graph, Parameters.of(Map.of()));
        Predictor predictor = network.predictor(1, PLAIN)) {
      float[] y = predictor.run(new float[] {0, 1, -1, 2, -2, 3, -3, 4});
      assertThat(y[1]).isCloseTo(0.7310586f, within(1e-5f));
      assertThat(y[2]).isCloseTo(-0.2689414f, within(1e-5f));
    }

    NetworkBuilder other = new NetworkBuilder(1, 2, 4);
    FeatureMap clipped = other.activation("relu6", other.input(), Activation.RELU6);
    FeatureMap max = other.maxPool("max", clipped, 2, 2, 0);
    FeatureMap mean = other.averagePool("mean", max, 2, 1, 1);
    try (Network network =
            new Network(info(1, 2, 4, 6), other.build(mean), Parameters.of(Map.of()));
        Predictor predictor = network.predictor(1, PLAIN)) {
      // The largest of each 2x2 window are 2 and 6; windows of the mean reach beyond the image.
      assertThat(predictor.run(new float[] {1, 2, 9, -1, -5, 0, 3, 4}))
          .containsExactly(2, 4, 6, 2, 4, 6);
    }

    NetworkBuilder third = new NetworkBuilder(2, 1, 1);
    FeatureMap soft = third.softmax("soft", third.input());
    try (Network network =
            new Network(info(2, 1, 1, 2), third.build(soft), Parameters.of(Map.of()));
        Predictor predictor = network.predictor(1, PLAIN)) {
      assertThat(predictor.run(new float[] {(float) Math.log(3), 0}))
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly(0.75f, 0.25f);
    }
  }

  @Test
  void layersWithoutAReaderAreLeftOut() {
    NetworkBuilder net = new NetworkBuilder(1, 1, 2);
    net.convolution("unused", net.input(), pointwise(1, 1, 0, 0), Norm.NONE, Activation.NONE);
    NetworkGraph graph = net.build(net.globalAverage("pool", net.input()));

    assertThat(graph.parameters()).isEmpty();
    assertThat(List.of(graph.toString().split("\n"))).containsExactly("input 1x1x2", "pool 1x1x1");
  }

  /** Inside, 512 channels are two tensors of 256; a tracing predictor keeps them whole. */
  @ParameterizedTest
  @CsvSource({"1, 1, 0.5", "2, 1, 0.5", "1, 2, 0.5", "2, 2, 0", "1, 1, 0"})
  void manyChannelsAreHalved(int threads, int stride, double alpha) {
    NetworkBuilder net = new NetworkBuilder(16, 8, 8);
    FeatureMap x =
        net.convolution("a", net.input(), pointwise(16, 16, 0, alpha), Norm.BIAS, Activation.RELU);
    x = net.convolution("wide", x, pointwise(16, 512, alpha, 0), Norm.BATCH, Activation.RELU);
    OctaveConv2d spec =
        OctaveConv2d.of(512, 24)
            .kernel(3)
            .padding(1)
            .stride(stride)
            .strideRule(StrideRule.MOVE_KERNEL)
            .build();
    x = net.convolution("b", x, spec, Norm.BATCH, Activation.NONE);
    FeatureMap shortcut =
        net.convolution(
            "c",
            net.input(),
            OctaveConv2d.of(16, 24).stride(stride).strideRule(StrideRule.MOVE_KERNEL).build(),
            Norm.BIAS,
            Activation.NONE);
    NetworkGraph graph = net.build(net.sum("sum", x, shortcut, Activation.RELU));
    float[] image = new float[16 * 8 * 8];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.sin(i);
    }

    try (Network network = new Network(info(16, 8, 8, 24), graph, Parameters.random(5));
        Predictor halved = network.predictor(1, PLAIN.threads(threads));
        Predictor whole = network.tracingPredictor(1, PLAIN.threads(threads))) {
      assertThat(halved.steps()).anyMatch(step -> step.name().matches("b\\..*\\.in1of2.*"));
      assertThat(whole.steps()).noneMatch(step -> step.name().matches("b\\..*\\.in1of2.*"));
      assertThat(halved.multiplyAdds()).isEqualTo(whole.multiplyAdds());
      assertThat(halved.run(image))
          .usingComparatorWithPrecision(1e-4f)
          .containsExactly(whole.run(image));
    }
  }
}
