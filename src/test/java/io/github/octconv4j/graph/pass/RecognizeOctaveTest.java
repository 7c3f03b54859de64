package io.github.octconv4j.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Octave convolutions as networks have them, and what only looks like them. */
@SameOnEveryProcessor
class RecognizeOctaveTest {
  private static final Op AVERAGE = Pool.of(PoolKind.AVERAGE, Window.of(2, 2).strides(2, 2));
  private static final Op MAX = Pool.of(PoolKind.MAX, Window.of(2, 2).strides(2, 2));
  private static final Op NEAREST =
      Resize.of(Resize.Mode.NEAREST, Resize.Coordinates.ASYMMETRIC, Resize.Nearest.FLOOR);
  private static final Op LINEAR =
      Resize.of(Resize.Mode.LINEAR, Resize.Coordinates.HALF_PIXEL, Resize.Nearest.FLOOR);
  private static final Op CONV = new Conv(Window.of(3, 3).pads(1, 1, 1, 1), 1);
  private static final Op WIDE =
      new Conv(
          new Window(
              io.github.octconv4j.graph.AutoPad.NOTSET,
              List.of(3L, 3L),
              List.of(),
              List.of(2L, 2L),
              List.of(2L, 2L, 2L, 2L),
              false),
          1);

  private final GraphBuilder b = new GraphBuilder("g");
  private final Random random = new Random(8);
  private final String high = b.input("x_h", TensorType.of(ElementType.F32, 1, 4, 8, 6));
  private final String low = b.input("x_l", TensorType.of(ElementType.F32, 1, 4, 4, 3));

  private TensorData floats(long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return TensorData.of(values, dims);
  }

  private String conv(String x) {
    return conv(CONV, x);
  }

  private String conv(Op op, String x) {
    return b.add(op, x, b.constant(floats(4, 4, 3, 3)), b.constant(floats(4)));
  }

  private String up(Op op, String x) {
    return b.add(op, x, "", b.constant(TensorData.of(new float[] {1, 1, 2, 2}, 4)));
  }

  private String add(String a, String c) {
    return b.add(new Binary(BinaryFunction.ADD), a, c);
  }

  private String relu(String x) {
    return b.add(Unary.of(UnaryFunction.RELU), x);
  }

  /** What is recognized, after a check that the graph still computes the same. */
  private RecognizeOctave.Result find(String... outputs) {
    Graph graph = b.output(outputs).build();
    RecognizeOctave.Result result = RecognizeOctave.find(graph);
    Map<String, TensorData> x = new HashMap<>();
    graph.inputs().forEach(in -> x.put(in.name(), floats(in.type().sizes())));
    Map<String, TensorData> expected = new Interpreter(1 << 24).run(graph, x);
    Map<String, TensorData> actual = new Interpreter(1 << 24).run(result.graph(), x);
    expected.forEach(
        (name, data) ->
            assertThat(actual.get(name).toFloats())
                .containsExactly(data.toFloats(), Offset.offset(1e-5f)));
    return result;
  }

  private static List<String> operators(RecognizeOctave.Result result) {
    return result.graph().nodes().stream().map(node -> node.op().name()).toList();
  }

  @Test
  void bothInputsAndOutputsInEitherOrderOfTheSums() {
    String yHigh = add(up(NEAREST, conv(low)), conv(high));
    String yLow = add(conv(b.add(AVERAGE, high)), conv(low));
    RecognizeOctave.Result result = find(yHigh, yLow);
    assertThat(result.recognized())
        .containsExactly(yHigh + ": middle, 4 + 4 to 4 + 4 channels, 3x3");
    assertThat(operators(result)).containsExactly("OctaveConv");
    assertThat(result.graph().constants()).hasSize(6); // biases of an output are one
    assertThat(result.rejected()).isEmpty();
  }

  @Test
  void aMeanThatOthersReadStays() {
    String mean = b.add(AVERAGE, high);
    String yHigh = add(conv(high), up(NEAREST, conv(low)));
    RecognizeOctave.Result result = find(yHigh, add(conv(low), conv(mean)), relu(mean));
    assertThat(operators(result)).containsExactlyInAnyOrder("AveragePool", "Relu", "OctaveConv");
  }

  @Test
  void firstAndLastLayers() {
    String a = relu(conv(high));
    String c = relu(conv(b.add(AVERAGE, high)));
    String y = add(conv(a), up(NEAREST, conv(c)));
    RecognizeOctave.Result result = find(y);
    assertThat(result.recognized())
        .extracting(line -> line.replaceAll(".*: (\\w+),.*", "$1"))
        .containsExactly("last", "first");
    assertThat(operators(result)).containsExactly("OctaveConv", "Relu", "Relu", "OctaveConv");
  }

  @Test
  void strideTwoWithAndWithoutAMeanOfTheLowInput() {
    String half = b.add(AVERAGE, high);
    String quarter = b.add(AVERAGE, low);
    String yHigh = add(conv(half), conv(low)); // both are of the low size
    String yLow = add(conv(quarter), conv(b.add(AVERAGE, half)));
    RecognizeOctave.Result kept = find(yHigh, yLow);
    assertThat(kept.recognized())
        .containsExactly(yHigh + ": kept low, 4 + 4 to 4 + 4 channels, 3x3");
    assertThat(operators(kept)).containsExactly("OctaveConv");
    assertThat(kept.graph().nodes().getFirst().op().attributes())
        .containsEntry("halves", 1L)
        .containsEntry("keeps_low", 1L);
  }

  @Test
  void maxPoolsAreNoMeans() {
    String yHigh = add(conv(high), up(NEAREST, conv(low)));
    RecognizeOctave.Result result = find(yHigh, add(conv(low), conv(b.add(MAX, high))));
    assertThat(result.recognized()).isEmpty();
    assertThat(result.rejected())
        .containsExactly(
            yHigh
                + ": high to low is MaxPool of [2, 2] that moves by [2, 2], not a convolution of the"
                + " mean of 2x2");
  }

  @Test
  void bilinearUpsamplingIsNoRepetition() {
    String yHigh = add(conv(high), up(LINEAR, conv(low)));
    RecognizeOctave.Result result = find(yHigh, add(conv(low), conv(b.add(AVERAGE, high))));
    assertThat(result.recognized()).isEmpty();
    assertThat(result.rejected()).containsExactly(yHigh + ": upsampling is LINEAR, not NEAREST");
  }

  @Test
  void valuesThatOthersReadAreKept() {
    String direct = conv(high);
    String yHigh = add(direct, up(NEAREST, conv(low)));
    String yLow = add(conv(low), conv(b.add(AVERAGE, high)));
    RecognizeOctave.Result result = find(yHigh, yLow, relu(direct));
    assertThat(result.recognized()).isEmpty();
    assertThat(result.rejected())
        .containsExactly(String.format(Locale.ROOT, "%s: \"%s\" is read elsewhere", yHigh, direct));
  }

  @Test
  void windowsMustBeTheSame() {
    String yHigh = add(conv(WIDE, high), up(NEAREST, conv(low)));
    RecognizeOctave.Result result = find(yHigh, add(conv(low), conv(b.add(AVERAGE, high))));
    assertThat(result.recognized()).isEmpty();
    assertThat(result.rejected())
        .containsExactly(yHigh + ": windows or groups of its convolutions differ");
  }

  @Test
  void threeResolutionsAreNotTwo() {
    String lowest = b.input("x_q", TensorType.of(ElementType.F32, 1, 4, 2, 1));
    String quarter =
        b.add(NEAREST, conv(lowest), "", "", b.constant(TensorData.ofLongs(1, 4, 8, 6)));
    String yHigh = add(add(conv(high), up(NEAREST, conv(low))), quarter);
    RecognizeOctave.Result result = find(yHigh, add(conv(low), conv(b.add(AVERAGE, high))));
    assertThat(result.recognized()).isEmpty();
    assertThat(result.rejected())
        .anyMatch(line -> line.endsWith("three or more resolutions are added"));
  }

  @Test
  void twoLayersOfTheSameValues() {
    String mean = b.add(AVERAGE, high);
    String y1 = add(conv(high), up(NEAREST, conv(low)));
    String l1 = add(conv(low), conv(mean));
    String y2 = add(conv(WIDE, high), up(NEAREST, conv(WIDE, low)));
    String l2 = add(conv(WIDE, low), conv(WIDE, mean));
    RecognizeOctave.Result result = find(y1, l1, y2, l2);
    assertThat(result.recognized()).hasSize(2);
    assertThat(operators(result)).containsExactly("OctaveConv", "OctaveConv");
  }

  @Test
  void expandedLayersAreFoundAgain() {
    String yHigh = add(conv(high), up(NEAREST, conv(low)));
    Graph octave = find(yHigh, add(conv(low), conv(b.add(AVERAGE, high)))).graph();
    Graph expanded = new ExpandOctave().apply(octave);
    assertThat(expanded.nodes()).hasSize(8);
    RecognizeOctave.Result again = RecognizeOctave.find(expanded);
    assertThat(operators(again)).containsExactly("OctaveConv");
    assertThat(again.recognized()).hasSize(1);
  }
}
