package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of octave convolutions, whose parts from below are added before they are upsampled. */
class SmallSumsTest {
  private static final int HIGH = 8;
  private static final int LOW = 4;

  private static Agreement agreement;

  private final GraphBuilder b = new GraphBuilder("g");

  @BeforeAll
  static void open() {
    agreement = new Agreement();
  }

  @AfterAll
  static void close() {
    agreement.close();
  }

  /** The names of the two parts of a feature map. */
  private record Map(String high, String low) {}

  private Map input(String name, long n, long height, long width) {
    return new Map(
        b.input(name + "h", TensorType.of(ElementType.F32, n, HIGH, height, width)),
        b.input(name + "l", TensorType.of(ElementType.F32, n, LOW, height / 2, width / 2)));
  }

  private String weights(int out, int in, int kernel) {
    return b.constant(agreement.floats(out, in, kernel, kernel));
  }

  private Map conv(String name, Map x, int kernel, boolean halves) {
    Window window = Window.of(kernel, kernel).pads(kernel / 2, kernel / 2, kernel / 2, kernel / 2);
    b.add(
        new Node(
            name,
            new OctaveConv(window, halves, false, false, OutputFunction.NONE),
            List.of(
                x.high,
                x.low,
                weights(HIGH, HIGH, kernel),
                weights(LOW, HIGH, kernel),
                weights(HIGH, LOW, kernel),
                weights(LOW, LOW, kernel),
                b.constant(agreement.floats(HIGH)),
                b.constant(agreement.floats(LOW))),
            List.of(name + ".h", name + ".l")));
    return new Map(name + ".h", name + ".l");
  }

  private Map sum(Map x, Map y) {
    Binary add = new Binary(BinaryFunction.ADD);
    return new Map(b.add(add, x.high, y.high), b.add(add, x.low, y.low));
  }

  /** Checks a graph, planned in both ways, and returns how many steps upsample without planning. */
  private static long upsamplings(Graph graph, int threads) {
    PlanOptions options = PlanOptions.DEFAULT.threads(threads);
    agreement.check(graph, options.tuning(Tuning.HEURISTIC));
    return agreement.check(graph, options.tuning(Tuning.OFF)).kinds().stream()
        .filter(kind -> kind.startsWith("resampling"))
        .count();
  }

  @ParameterizedTest
  @CsvSource({
    // images, rows, columns, kernel, halves: the upsamplings
    "1, 12, 8, 1, false, 1",
    "3, 12, 8, 3, true, 1",
    "1, 4, 4, 3, false, 1",
    "1, 7, 9, 3, false, 3", // by less than 2
    "1, 14, 10, 1, true, 3", // odd after the strides
  })
  void areUpsampledOnceOnOneThread(
      long n, long height, long width, int kernel, boolean halves, long expected) {
    Map x = input("x", n, height, width);
    Map z = input("z", n, height, width);
    Map two = sum(conv("c", x, kernel, halves), conv("a", z, 1, halves));
    Map three = sum(conv("d", x, 1, halves), two);
    Graph graph = b.output(three.high, three.low).build();
    assertThat(upsamplings(graph, 1)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 12, 8, 3, false, 2",
    "2, 8, 12, 1, true, 2",
    "3, 16, 4, 3, false, 6",
    "1, 7, 9, 1, true, 2"
  })
  void agreeOnTwoThreads(
      long n, long height, long width, int kernel, boolean halves, long expected) {
    Map x = input("x", n, height, width);
    Map z = input("z", n, height, width);
    Map y = sum(conv("c", x, kernel, halves), conv("a", z, 1, halves));
    assertThat(upsamplings(b.output(y.high, y.low).build(), 2)).isEqualTo(expected);
  }

  @Test
  void whatOthersReadIsWhole() {
    Map x = input("x", 1, 8, 8);
    Map a = conv("a", x, 1, false);
    Map y = sum(conv("c", x, 3, false), a);
    assertThat(upsamplings(b.output(y.high, y.low, a.high).build(), 1)).isEqualTo(2);
  }

  @Test
  void whatTheSumConvolvesIsWhole() {
    Map a = conv("a", input("x", 1, 8, 8), 1, false);
    Map y = sum(conv("c", a, 3, false), a);
    assertThat(upsamplings(b.output(y.high, y.low).build(), 1)).isEqualTo(2);
  }

  @Test
  void theLowPartMayBeReadByOthers() {
    Map x = input("x", 1, 8, 8);
    Map a = conv("a", x, 1, false);
    Map y = sum(conv("c", x, 3, false), a);
    assertThat(upsamplings(b.output(y.high, y.low, a.low).build(), 1)).isEqualTo(1);
  }
}
