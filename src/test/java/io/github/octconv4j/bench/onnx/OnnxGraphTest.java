package io.github.octconv4j.bench.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.SizeRule;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class OnnxGraphTest {
  @Test
  void messagesHaveTheWireFormatOfProtocolBuffers() {
    Protobuf inner = new Protobuf().integer(1, 150).text(2, "testing").number(3, 1.5f);

    assertThat(HexFormat.of().formatHex(inner.toBytes()))
        .isEqualTo("089601" + "120774657374696e67" + "1d0000c03f");
    assertThat(HexFormat.of().formatHex(new Protobuf().message(3, inner).toBytes()))
        .startsWith("1a11089601");
    assertThat(HexFormat.of().formatHex(new Protobuf().integers(16, -1, 0).toBytes()))
        .isEqualTo("8001ffffffffffffffffff01" + "800100");
  }

  @Test
  void graphOfOneNode() {
    OnnxGraph graph = new OnnxGraph("g");
    graph.output(graph.node("Relu", graph.input("x", 2)).add("y"), 2);

    // ir_version 8, producer_name, graph {node, name, input, output}, opset_import 17
    assertThat(HexFormat.of().formatHex(graph.toModel()))
        .isEqualTo(
            "0808"
                + ("1209" + hex("octconv4j"))
                + "3a37"
                + ("0a10" + "0a0178" + "120179" + "1a026e30" + "2204" + hex("Relu"))
                + "120167"
                + ("5a0f" + "0a0178" + "120a0a0808011204" + "0a020802")
                + ("620f" + "0a0179" + "120a0a0808011204" + "0a020802")
                + "42040a001011");
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void octaveConvolutionHasTheNodesOfAnExporter() {
    OctaveConv2d spec = OctaveConv2d.of(4, 4).kernel(3).padding(1).alpha(0.5).build();
    OctaveWeights weights = OctaveWeights.split(spec, new float[4 * 4 * 9], new float[4]);

    String even = model(spec, weights, 8);
    assertThat(count(even, "Conv")).isEqualTo(4);
    assertThat(count(even, "AveragePool")).isEqualTo(1);
    assertThat(count(even, "Resize")).isEqualTo(1);
    assertThat(count(even, "Add")).isEqualTo(2);
    assertThat(count(even, "Pad")).isZero();
    assertThat(count(even, "asymmetric")).isEqualTo(1);
    assertThat(count(model(spec, weights, 7), "Pad")).isEqualTo(1);
  }

  /** Operators stand before their attributes, behind their length. */
  private static int count(String model, String word) {
    String written = (char) word.length() + word;
    return model.split(java.util.regex.Pattern.quote(written), -1).length - 1;
  }

  private static String model(OctaveConv2d spec, OctaveWeights weights, int size) {
    OnnxGraph graph = new OnnxGraph("octave");
    new OctaveGraph(graph).convolution(spec, weights, new OctaveMap("h", "l", size, size));
    return new String(graph.toModel(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> new OnnxGraph("g").constant("w", new float[3], 2, 2))
        .hasMessage("constant w: data has 3 values, its dimensions make 4");
    OctaveConv2d spec = OctaveConv2d.of(4, 4).alpha(0.5).sizeRule(SizeRule.CEIL).build();
    OctaveWeights weights = OctaveWeights.split(spec, new float[16], null);
    assertThatThrownBy(() -> model(spec, weights, 8))
        .hasMessageContaining("the specification has CEIL");
  }
}
