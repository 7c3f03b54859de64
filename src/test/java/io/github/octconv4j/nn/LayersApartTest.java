package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.Tuning;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one layer of a network has is no other's: weights, sizes, traces, and the softmax. */
class LayersApartTest {
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  private static NetworkInfo info(int channels, int size, int classes) {
    return new NetworkInfo(
        "n",
        channels,
        size,
        size,
        0,
        Collections.nCopies(channels, 0f),
        Collections.nCopies(channels, 1f),
        ModelFile.numbered(classes));
  }

  private static float[] fill(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  private static OctaveConv2d octave(int in, double alphaIn, double alphaOut, SizeRule rule) {
    return OctaveConv2d.of(in, 8)
        .kernel(3)
        .padding(1)
        .alpha(alphaIn, alphaOut)
        .sizeRule(rule)
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"second", "se.h.fc2", "se.fc1.h", "se.h"})
  void aLayerHasItsOwnWeightsWhateverItsName(String name) {
    NetworkBuilder net = new NetworkBuilder(4, 1, 1);
    FeatureMap x = net.squeezeExcitation("se", net.input(), 4); // x / 2
    x = net.linear(name, x, 4, Activation.NONE);
    Map<String, float[]> tensors = new HashMap<>();
    tensors.put("se.fc1.weight", fill(16, 0));
    tensors.put("se.fc1.bias", fill(4, 0));
    tensors.put("se.fc2.weight", fill(16, 0));
    tensors.put("se.fc2.bias", fill(4, 0));
    tensors.put(name + ".weight", fill(16, 1));
    tensors.put(name + ".bias", fill(4, 5));
    try (Network network = new Network(info(4, 1, 4), net.build(x), Parameters.of(tensors))) {
      assertThat(network.run(fill(4, 1))).containsExactly(7, 7, 7, 7);
    }
  }

  @Test
  void aTensorOfTwoLayersIsRefused() {
    NetworkBuilder net = new NetworkBuilder(4, 1, 1);
    FeatureMap x = net.squeezeExcitation("se", net.input(), 4);
    assertThatThrownBy(() -> net.linear("se.fc2", x, 4, Activation.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layer se.fc2 needs a tensor se.fc2.weight, which is one of layer se already; give it another name");
  }

  @Test
  void sizesThatDoNotGoTogetherAreRefusedWithBothLayers() {
    for (double alphaOut : new double[] {0, 0.5}) {
      NetworkBuilder net = new NetworkBuilder(3, 11, 11);
      FeatureMap a =
          net.convolution(
              "a", net.input(), octave(3, 0, 0.5, SizeRule.FLOOR), Norm.NONE, Activation.NONE);
      assertThatThrownBy(
              () ->
                  net.convolution(
                      "b", a, octave(8, 0.5, alphaOut, SizeRule.CEIL), Norm.NONE, Activation.NONE))
          .hasMessage(
              "layer b: its size rule CEIL halves 11x11 to 6x6, but layer a gives 4x11x11 + 4x5x5");
    }
    NetworkBuilder net = new NetworkBuilder(3, 7, 7);
    FeatureMap a =
        net.convolution(
            "a", net.input(), octave(3, 0, 0.5, SizeRule.FLOOR), Norm.NONE, Activation.NONE);
    FeatureMap pooled = net.maxPool("p", a, 2, 1, 0);
    assertThatThrownBy(
            () ->
                net.convolution(
                    "b", pooled, octave(8, 0.5, 0.5, SizeRule.FLOOR), Norm.NONE, Activation.NONE))
        .hasMessage(
            "layer b: its size rule FLOOR halves 6x6 to 3x3, but layer p gives 4x6x6 + 4x2x2");
  }

  /** Two rules on one odd map have a pool each: the sum tells if one took the other's. */
  @Test
  void rulesOnOneMapHavePoolsOfTheirOwn() {
    float[] image = new float[3 * 49];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.sin(i);
    }
    float[] alone = new float[2];
    float[] together;
    for (int which = 0; ; which++) {
      NetworkBuilder net = new NetworkBuilder(3, 7, 7);
      FeatureMap sum = null;
      for (SizeRule rule : SizeRule.values()) {
        if (which == 2 || which == (rule == SizeRule.FLOOR ? 0 : 1)) {
          OctaveConv2d down = octave(3, 0, 0.5, rule);
          FeatureMap x =
              net.convolution("down" + rule, net.input(), down, Norm.NONE, Activation.NONE);
          OctaveConv2d up = octave(8, 0.5, 0, rule);
          x = net.convolution("up" + rule, x, up, Norm.NONE, Activation.NONE);
          sum = sum == null ? x : net.sum("sum", sum, x, Activation.NONE);
        }
      }
      NetworkGraph graph =
          net.build(net.linear("fc", net.globalAverage("g", sum), 1, Activation.NONE));
      try (Network network = new Network(info(3, 7, 1), graph, Parameters.random(5))) {
        float bias = Parameters.random(5).values(graph.parameters().getLast())[0];
        try (Predictor predictor = network.predictor(1, PLAIN)) {
          float value = predictor.run(image)[0] - bias;
          if (which == 2) {
            together = new float[] {value};
            break;
          }
          alone[which] = value;
        }
      }
    }
    assertThat(together[0]).isCloseTo(alone[0] + alone[1], within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void eitherSummandIsFusedAndEachIsTraced(boolean convolutionFirst) {
    NetworkBuilder net = new NetworkBuilder(1, 2, 2);
    FeatureMap first = net.activation("first", net.input(), Activation.RELU);
    OctaveConv2d point = OctaveConv2d.of(1, 1).build();
    FeatureMap doubled = net.convolution("double", first, point, Norm.NONE, Activation.NONE);
    FeatureMap sum =
        convolutionFirst
            ? net.sum("sum", doubled, first, Activation.RELU)
            : net.sum("sum", first, doubled, Activation.RELU);
    Map<String, float[]> tensors = Map.of("double.conv.conv_h2h.weight", new float[] {2});
    float[] image = {1, -2, 3, 0.5f};
    try (Network network = new Network(info(1, 2, 1), net.build(sum), Parameters.of(tensors));
        Predictor predictor = network.predictor(1, PLAIN);
        Predictor traced = network.tracingPredictor(1, PLAIN)) {
      assertThat(predictor.steps().stream().map(StepInfo::name)).doesNotContain("sum");
      assertThat(predictor.run(image)).containsExactly(3, 0, 9, 1.5f);
      assertThat(traced.run(image)).containsExactly(3, 0, 9, 1.5f);
      assertThat(traced.traces()).containsExactly("first.h", "double.h", "sum.h");
      assertThat(traced.trace("double.h").floats()).containsExactly(2, 0, 6, 1);
    }
  }

  @Test
  void probabilitiesAreNotPutThroughASoftmaxAgain() {
    NetworkBuilder net = new NetworkBuilder(2, 1, 1);
    FeatureMap x = net.softmax("softmax", net.activation("copy", net.input(), Activation.RELU));
    NetworkGraph graph = net.build(x);
    assertThat(graph.endsInSoftmax()).isTrue();
    try (Network network = new Network(info(2, 1, 2), graph, Parameters.of(Map.of()));
        Predictor predictor = network.predictor(1, PLAIN)) {
      Classification classes = predictor.classify(new float[] {0, (float) Math.log(3)});
      assertThat(classes.best().index()).isEqualTo(1);
      assertThat(classes.best().probability()).isCloseTo(0.75, within(1e-5));
    }
    assertThatThrownBy(
            () -> Classification.ofProbabilities(List.of("a", "b"), new float[] {0, Float.NaN}))
        .hasMessage("probabilities must be from 0 to 1, was NaN at index 1");
  }
}
