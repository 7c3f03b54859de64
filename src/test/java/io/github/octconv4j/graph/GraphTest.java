package io.github.octconv4j.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class GraphTest {
  private static final TensorType IMAGE = TensorType.of(ElementType.F32, 1, 3, 8, 8);

  private static Conv conv(long... pads) {
    return new Conv(Window.of(3, 3).pads(pads), 1);
  }

  private static TensorData zeros(long... dims) {
    return TensorData.of(new float[(int) Shapes.count(dims)], dims);
  }

  @Test
  void typesAreInferredAndTheTextShowsThem() {
    GraphBuilder b = new GraphBuilder("net");
    String x = b.input("x", IMAGE);
    String w = b.constant("w", zeros(4, 3, 3, 3));
    b.add(new Node("conv1", conv(1, 1, 1, 1), List.of(x, w), List.of("y")));
    b.add(new Node("act", Unary.of(UnaryFunction.LEAKY_RELU), List.of("y"), List.of("z")));
    Graph graph = b.output("z").build();

    assertThat(graph.type("z")).hasToString("F32[1, 4, 8, 8]");
    assertThat(graph)
        .hasToString(
            """
            graph net
              input x F32[1, 3, 8, 8]
              w = F32[4, 3, 3, 3] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ...}
              y = Conv(x, w) kernel_shape=[3, 3] pads=[1, 1, 1, 1] group=1  # F32[1, 4, 8, 8]
              z = LeakyRelu(y) alpha=0.01  # F32[1, 4, 8, 8]
              output z
            """);
    assertThat(graph.producer("z")).isEqualTo(graph.nodes().get(1));
    assertThat(graph.consumers("y")).containsExactly(graph.nodes().get(1));
    assertThat(graph.isPrivate("y")).isTrue();
    assertThat(graph.isPrivate("z")).isFalse(); // it leaves
  }

  @Test
  void nodesMayComeInAnyOrder() {
    Node first = new Node("a", new Identity(), List.of("x"), List.of("a"));
    Node second = new Node("b", new Identity(), List.of("a"), List.of("b"));
    Graph graph =
        new Graph(
            "g", List.of(new Value("x", IMAGE)), Map.of(), List.of(second, first), List.of("b"));
    assertThat(graph.nodes()).containsExactly(first, second);
  }

  @Test
  void mistakesNameNodeAndShapes() {
    GraphBuilder b = new GraphBuilder("net");
    String x = b.input("x", IMAGE);
    String w = b.constant("w", zeros(4, 5, 3, 3));
    b.add(new Node("conv1", conv(), List.of(x, w), List.of("y")));
    assertThatThrownBy(b::build)
        .hasMessage(
            "node \"conv1\": Conv of (F32[1, 3, 8, 8], F32[4, 5, 3, 3]): weights are [4, 5, 3, 3],"
                + " expected (m, 3 / 1 groups, window of 2 axes), and m divisible by 1");
  }

  @Test
  void namesAreChecked() {
    List<Value> x = List.of(new Value("x", IMAGE));
    Node a = new Node("a", new Identity(), List.of("b"), List.of("a"));
    Node b = new Node("b", new Identity(), List.of("a"), List.of("b"));
    assertThatThrownBy(() -> new Graph("g", x, Map.of(), List.of(a, b), List.of()))
        .hasMessageContaining("need each other's values");
    assertThatThrownBy(() -> new Graph("g", x, Map.of(), List.of(b), List.of()))
        .hasMessage("node \"b\" reads \"a\", which is no input, constant or output of a node");
    Node again = new Node("c", new Identity(), List.of("x"), List.of("x"));
    assertThatThrownBy(() -> new Graph("g", x, Map.of(), List.of(again), List.of()))
        .hasMessage("node \"c\" makes \"x\", a name that is taken");
    assertThatThrownBy(() -> new Graph("g", x, Map.of(), List.of(), List.of("y")))
        .hasMessageStartingWith("output \"y\" is made by no node");
    assertThatThrownBy(() -> new Graph("g", x, Map.of("x", zeros(1)), List.of(), List.of()))
        .hasMessage("constant \"x\" has a name that is empty or taken");
  }

  @Test
  void unknownSizesAreBound() {
    GraphBuilder b = new GraphBuilder("net");
    TensorType open =
        new TensorType(
            ElementType.F32, List.of(Dim.unknown("n"), Dim.of(3), Dim.unknown("h"), Dim.of(8)));
    String x = b.input("x", open);
    String z = b.input("z", new TensorType(ElementType.F32, List.of(Dim.unknown("n"))));
    String w = b.constant(zeros(4, 3, 3, 3));
    String y = b.add(conv(), x, w);
    Graph graph = b.output(y, z).build();
    assertThat(graph.type(y)).hasToString("F32[...]");
    assertThatThrownBy(() -> graph.type(y).sizes()).hasMessageContaining("not known");

    Graph bound = graph.bind(Map.of("x", new long[] {2, 3, 5, 8}));
    assertThat(bound.type(y)).hasToString("F32[2, 4, 3, 6]");
    assertThat(bound.type(z)).hasToString("F32[n]");
    assertThatThrownBy(() -> graph.bind(Map.of("x", new long[] {2, 4, 5, 8})))
        .hasMessage(
            "input x F32[n, 3, h, 8] can't have the dimensions [2, 4, 5, 8]: dimension 1 differs");
    assertThatThrownBy(() -> graph.bind(Map.of("x", new long[] {2, 3, 5, 8}, "z", new long[] {3})))
        .hasMessageContaining("n is 2 elsewhere");
    assertThatThrownBy(() -> graph.bind(Map.of("q", new long[] {2})))
        .hasMessageStartingWith("the graph has no input \"q\", there are ");
  }

  @Test
  void deepGraphsNeedNoStack() {
    GraphBuilder b = new GraphBuilder("deep");
    String value = b.input("x", IMAGE);
    for (int i = 0; i < 50_000; i++) {
      value = b.add(new Identity(), value);
    }
    assertThat(b.output(value).build().type(value)).isEqualTo(IMAGE);
  }
}
