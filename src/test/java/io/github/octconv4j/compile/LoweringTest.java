package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.ElementType;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which node of a small graph is the last reader of a value, and may write into its memory. */
class LoweringTest {
  private static final long[] DIMS = {1, 8, 4, 4};

  private final Engine engine = Engine.cpu();
  private final Constants constants = Constants.of(engine);
  private final ProgramBuilder builder =
      new ProgramBuilder(engine, 1, constants, PlanOptions.DEFAULT.memoryLimit());
  private final GraphBuilder b = new GraphBuilder("g");
  private final String x = b.input("x", TensorType.of(ElementType.F32, DIMS));

  @AfterEach
  void close() {
    builder.close();
    constants.close();
    engine.close();
  }

  private String relu(String value) {
    return b.add(Unary.of(UnaryFunction.RELU), value);
  }

  private String sum(String first, String second) {
    return b.add(new Binary(BinaryFunction.ADD), first, second);
  }

  /** Begins with the caller's memory of x, channels innermost. */
  private Lowering lowering(String... outputs) {
    return lowering(FormatTag.NHWC, outputs);
  }

  private Lowering lowering(FormatTag tag, String... outputs) {
    Graph graph = b.output(outputs).build();
    PlanOptions options = PlanOptions.DEFAULT;
    Lowering lowering =
        new Lowering(
            Prepared.of(graph, options, Set.of()),
            builder,
            options,
            Map.of(),
            new LayerWeights(graph, false));
    lowering.define(x, builder.input(x, lowering.desc(x, tag)));
    return lowering;
  }

  private Operand defined(Lowering lowering, String value) {
    Operand memory = builder.temporary(value, lowering.desc(value, FormatTag.NHWC));
    lowering.define(value, memory);
    return memory;
  }

  private static boolean isLast(Lowering lowering, String value, String made) {
    Node reader = Objects.requireNonNull(lowering.graph.producer(made));
    return lowering.isLast(value, reader);
  }

  @Test
  void theOnlyReader() {
    String a = relu(x);
    String c = relu(a);
    Lowering lowering = lowering(relu(c));
    defined(lowering, a);
    assertThat(isLast(lowering, a, c)).isTrue();
    assertThat(isLast(lowering, "", c)).isTrue(); // nothing to be kept
  }

  @Test
  void theLastOfTwo() {
    String a = relu(x);
    String first = relu(a);
    String second = sum(first, a);
    Lowering lowering = lowering(second);
    defined(lowering, a);
    assertThat(isLast(lowering, a, first)).isFalse();
    assertThat(isLast(lowering, a, second)).isTrue();
  }

  @Test
  void whatIsReadTwiceAtOnceIsKept() {
    String a = relu(x);
    String twice = sum(a, a);
    Lowering lowering = lowering(twice);
    defined(lowering, a);
    assertThat(isLast(lowering, a, twice)).isFalse();
  }

  @Test
  void whatBelongsToTheCallerIsKept() {
    String a = relu(x);
    String c = relu(a);
    Lowering lowering = lowering(c, a);
    defined(lowering, a);
    assertThat(isLast(lowering, a, c)).isFalse(); // an output
    assertThat(isLast(lowering, x, a)).isFalse(); // an input
  }

  /** The copy is the program's own. */
  @Test
  void aCopyOfTheCallersMayBeOverwritten() {
    String a = relu(x);
    Lowering lowering = lowering(FormatTag.NCHW, a);
    assertThat(isLast(lowering, x, a)).isTrue();
  }

  @Test
  void aViewKeepsWhatItIsAPartOf() {
    String a = relu(x);
    String view = relu(a); // as a node that makes no copy
    String last = relu(view);
    String other = sum(last, a);
    Lowering lowering = lowering(other);
    Operand memory = defined(lowering, a);
    lowering.define(view, memory.view(memory.desc()));
    assertThat(isLast(lowering, view, last)).isFalse(); // a is read once more
    defined(lowering, last);
    assertThat(isLast(lowering, a, other)).isTrue();
  }

  @Test
  void aViewOfTheCallersMemoryIsKept() {
    String view = relu(x);
    String last = relu(view);
    Lowering lowering = lowering(last);
    Operand memory = lowering.in(x);
    lowering.define(view, memory.view(memory.desc()));
    assertThat(isLast(lowering, view, last)).isFalse();
  }
}
