package io.github.octconv4j.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class FuseGeluTest {
  private static final Op ADD = new Binary(BinaryFunction.ADD);
  private static final Op MUL = new Binary(BinaryFunction.MUL);
  private static final Op DIV = new Binary(BinaryFunction.DIV);

  private final GraphBuilder b = new GraphBuilder("gelu");
  private final String x = b.input("x", TensorType.of(ElementType.F32, 5));

  private String number(double value) {
    return b.constant(TensorData.of(new float[] {(float) value}));
  }

  private String erf(String value) {
    return b.add(ADD, b.add(Unary.of(UnaryFunction.ERF), value), number(1));
  }

  /** The operators that are left, which compute the same. */
  private List<String> fused(String... outputs) {
    Graph graph = b.output(outputs).build();
    Graph result = new DropDeadNodes().apply(new FuseGelu().apply(graph));
    Map<String, TensorData> in = Map.of("x", TensorData.of(new float[] {-3, -.5f, 0, .75f, 4}, 5));
    for (String output : outputs) {
      double[] expected = Interpreter.ofHeap().run(graph, in).get(output).toDoubles();
      double[] actual = Interpreter.ofHeap().run(result, in).get(output).toDoubles();
      assertThat(actual).containsExactly(expected, Offset.offset(1e-6));
    }
    return result.nodes().stream().map(node -> node.op().name()).toList();
  }

  @Test
  void asExportersWriteIt() {
    String divided = erf(b.add(DIV, x, number(Math.sqrt(2))));
    assertThat(fused(b.add(MUL, b.add(MUL, x, divided), number(.5)))).containsExactly("Gelu");
  }

  @Test
  void inOtherOrders() {
    String a = erf(b.add(MUL, number(Math.sqrt(.5)), x));
    String half = b.add(MUL, number(.5), x);
    String c = erf(b.add(DIV, x, number(Math.sqrt(2))));
    assertThat(fused(b.add(MUL, half, a), b.add(MUL, b.add(MUL, c, number(.5)), x)))
        .containsExactly("Gelu", "Gelu");
  }

  @Test
  void whatIsNone() {
    String wrongRoot = b.add(MUL, x, erf(b.add(DIV, x, number(1.5))));
    String read = erf(b.add(DIV, x, number(Math.sqrt(2))));
    assertThat(
            fused(
                b.add(MUL, wrongRoot, number(.5)),
                b.add(MUL, b.add(MUL, x, read), number(.5)),
                b.add(Unary.of(UnaryFunction.NEG), read)))
        .doesNotContain("Gelu");
  }
}
