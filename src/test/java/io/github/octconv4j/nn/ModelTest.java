package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.octave.StrideRule;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Multiply-adds and parameters of the architectures against published numbers: torchvision's and
 * timm's model tables for the plain ones, the README of d-li14/octconv.pytorch for Oct-ResNet-50.
 */
@SameOnEveryProcessor
class ModelTest {
  @ParameterizedTest
  @CsvSource({
    "resnet26, 15995176, 2.342",
    "resnet50, 25557032, 4.089",
    "resnet101, 44549160, 7.801",
    "resnet152, 60192808, 11.514",
    "resnet200, 64673832, 15.007",
    "resnext50_32x4d, 25028904, 4.230",
    "resnext101_32x4d, 44177704, 7.970",
    "se_resnet50, 28088024, 4.092",
    "slim_resnet13, 1464712, 1.055",
    "mobilenet_v1, 4231976, 0.569",
    "mobilenet_v2, 3504872, 0.301",
  })
  void plainNetworks(String name, long parameters, double giga) {
    NetworkGraph graph = Model.of(name).graph();

    assertThat(graph.parameterCount()).isEqualTo(parameters);
    assertThat(Math.round(graph.multiplyAdds() / 1e6) / 1e3).isEqualTo(giga);
  }

  /** README of d-li14/octconv.pytorch: 25.557 M parameters, 2.367 G. */
  @Test
  void octResNet50AsPublished() {
    NetworkGraph graph = Model.of("oct_resnet50").strideRule(StrideRule.KEEP_LOW).graph();

    assertThat(graph.parameterCount()).isEqualTo(25_557_032);
    assertThat(Math.round(graph.multiplyAdds() / 1e6)).isEqualTo(2367);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.125, 0.25, 0.5, 0.75})
  void parametersAreTheSameAtEveryAlpha(double alpha) {
    for (String name :
        new String[] {"resnet50", "se_resnet50", "mobilenet_v1", "mobilenet_v2", "resnet101"}) {
      assertThat(Model.of(name).alpha(alpha).graph().parameterCount())
          .as(name)
          .isEqualTo(Model.of(name).graph().parameterCount());
    }
  }

  /** The octave part costs {@code 1/4 + 3/4 (1 - alpha)^2}, the stem and the last stage all. */
  @Test
  void theRuleOfTheStrideCounts() {
    Model model = Model.of("oct_resnet50");

    assertThat(model.graph().multiplyAdds()).isEqualTo(2_243_313_664L);
    assertThat(model.alpha(0.25).graph().multiplyAdds()).isEqualTo(3_021_139_968L);
    assertThat(model.alpha(0.25).strideRule(StrideRule.KEEP_LOW).graph().multiplyAdds())
        .isEqualTo(3_103_526_912L);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    assertThatThrownBy(() -> Model.of("resnet51"))
        .hasMessageContaining("resnet50")
        .hasMessageContaining("was resnet51");
    assertThatThrownBy(() -> Model.of("oct_resnext50_32x4d").alpha(0.125).graph())
        .hasMessage(
            "layer layer1.0.conv2: groups 32 does not divide path hh, which has 112 input and 112 output channels");
    assertThatThrownBy(() -> Model.of("resnet50").alpha(1)).hasMessageContaining("below 1");
    assertThatThrownBy(() -> Model.of("resnet50").strideRule(StrideRule.MOVE_KERNEL))
        .hasMessage(
            "strideRule must be POOL_ALL or KEEP_LOW, was MOVE_KERNEL, which has no low part");
    for (double width : new double[] {0, 1e-300, 0.03, 17, Double.NaN}) {
      assertThatThrownBy(() -> Model.of("resnet50").width(width))
          .hasMessage("width must be 0.03125 to 16.0, was " + width);
    }
    assertThatThrownBy(() -> Model.of("resnet50").imageSize(8)).hasMessageContaining("imageSize");
  }

  @Test
  void theSmallestWidthLeavesAChannelOfEveryLayer() {
    Map<String, Long> fewest = new HashMap<>();
    for (String name : Model.architectures()) {
      NetworkGraph graph = Model.of(name).width(1 / 32.0).graph();
      long least =
          graph.parameters().stream().mapToLong(p -> p.shape().getFirst()).min().getAsLong();
      fewest.merge(name.contains("res") ? "ResNets" : name, least, Math::min);
    }
    assertThat(fewest).isEqualTo(Map.of("ResNets", 1L, "mobilenet_v1", 1L, "mobilenet_v2", 8L));
  }
}
