package io.github.octconv4j.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Which shuffles become an order of weights, and that the numbers stay what they are. */
@SameOnEveryProcessor
class FoldShufflesTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 2;

  private final GraphBuilder b = new GraphBuilder("shuffles");
  private final Random random = new Random(29);
  private final MadeConstants made = new MadeConstants();
  private final FoldShuffles pass = new FoldShuffles(made);

  private TensorData floats(long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return TensorData.of(values, dims);
  }

  private String input(String name, long channels) {
    return b.input(name, TensorType.of(ElementType.F32, 1, channels, ROWS, COLUMNS));
  }

  private String longs(long... values) {
    return b.constant(TensorData.ofLongs(values));
  }

  private String shuffle(String x, long channels, long groups) {
    Op reshape = new Reshape(false);
    String apart = b.add(reshape, x, longs(1, groups, channels / groups, ROWS, COLUMNS));
    String turned = b.add(new Transpose(List.of(0L, 2L, 1L, 3L, 4L)), apart);
    return b.add(reshape, turned, longs(1, channels, ROWS, COLUMNS));
  }

  private String conv(String x, long in, long out) {
    return b.add(
        new Conv(Window.of(1, 1), 1),
        x,
        b.constant(floats(out, in, 1, 1)),
        b.constant(floats(out)));
  }

  private String depthwise(String x, long channels) {
    return b.add(
        new Conv(Window.of(3, 3).pads(1, 1, 1, 1), channels),
        x,
        b.constant(floats(channels, 1, 3, 3)),
        b.constant(floats(channels)));
  }

  private String slice(String x, long first, long end) {
    return b.add(new Slice(), x, longs(first), longs(end), longs(1));
  }

  /** The names of the operators that are left, which compute the same. */
  private List<String> folded(String... outputs) {
    Graph graph = b.output(outputs).build();
    Graph result = pass.apply(graph);
    Map<String, TensorData> in = new HashMap<>();
    graph.inputs().forEach(x -> in.put(x.name(), floats(x.type().sizes())));
    for (String output : outputs) {
      double[] expected = Interpreter.ofHeap().run(graph, in).get(output).toDoubles();
      double[] actual = Interpreter.ofHeap().run(result, in).get(output).toDoubles();
      assertThat(actual).containsExactly(expected, Offset.offset(1e-5));
    }
    return result.nodes().stream().map(node -> node.op().name()).toList();
  }

  @Test
  void aShuffleBetweenConvolutionsIsAnOrderOfWeights() {
    assertThat(folded(conv(shuffle(input("x", 12), 12, 3), 12, 4))).containsExactly("Conv");
    assertThat(made.all()).hasSize(1);
  }

  @Test
  void theSameWeightsAreMadeOnce() {
    Graph graph = b.output(conv(shuffle(input("x", 4), 4, 2), 4, 4)).build();
    Graph first = pass.apply(graph);
    Graph second = pass.apply(graph);

    String weights = first.nodes().getFirst().input(1);
    assertThat(made.all()).hasSize(1);
    assertThat(second.constant(weights)).isSameAs(first.constant(weights));
    assertThat(made.has(first.constant(weights))).isTrue();
  }

  /** As ShuffleNet v2 has them: halves that stay, halves that are convolved, odd channels too. */
  @Test
  void unitsThatKeepAHalf() {
    String x = b.add(new Concat(1), conv(input("x", 3), 3, 5), conv(input("z", 2), 2, 5));
    for (int unit = 0; unit < 3; unit++) {
      String all = shuffle(x, 10, 2);
      String branch = b.add(Unary.of(UnaryFunction.RELU), conv(slice(all, 5, 10), 5, 5));
      x = b.add(new Concat(-3), slice(all, 0, 5), branch);
    }
    String end = shuffle(x, 10, 2);
    String clipped =
        b.add(
            new Clip(),
            depthwise(end, 10),
            b.constant(TensorData.of(new float[] {-.4f})),
            b.constant(TensorData.of(new float[] {.6f})));

    assertThat(folded(conv(clipped, 10, 4), conv(end, 10, 3)))
        .doesNotContain("Reshape", "Transpose")
        .contains("Clip", "Concat");
  }

  @Test
  void partsBySplit() {
    String all = shuffle(input("x", 6), 6, 2);
    b.add(new Node("split", new Split(1), List.of(all), List.of("s0", "s1")));

    assertThat(folded(conv("s0", 3, 2), conv("s1", 3, 2)))
        .doesNotContain("Reshape", "Transpose", "Split");
  }

  @Test
  void whoNeedsTheOrderGetsIt() {
    String shuffled = shuffle(input("x", 8), 8, 2);
    assertThat(folded(conv(shuffled, 8, 2), shuffled)).contains("Transpose");
  }

  @Test
  void groupsOfSeveralChannelsNeedTheOrder() {
    String shuffled = shuffle(input("x", 8), 8, 2);
    String grouped = b.add(new Conv(Window.of(1, 1), 2), shuffled, b.constant(floats(4, 4, 1, 1)));
    assertThat(folded(grouped)).contains("Transpose");
  }

  @Test
  void manyPiecesAreNotPutTogether() {
    String shuffled = shuffle(input("x", 68), 68, 2);
    String[] parts = new String[17];
    for (int i = 0; i < parts.length; i++) { // channels 0, 34, 2, 36, ...
      parts[i] = slice(shuffled, 4L * i, 4L * i + 1);
    }
    assertThat(folded(conv(b.add(new Concat(1), parts), 17, 2))).contains("Transpose");
  }

  @Test
  void otherPermutationsAreNoShuffles() {
    String apart = b.add(new Reshape(false), input("x", 4), longs(1, 2, 2, COLUMNS, ROWS));
    String turned = b.add(new Transpose(List.of(0L, 2L, 1L, 4L, 3L)), apart);
    String end = b.add(new Reshape(false), turned, longs(1, 4, ROWS, COLUMNS));
    assertThat(folded(conv(end, 4, 2))).contains("Transpose");
  }
}
