package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.octave.PlanOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Graphs compiled and interpreted, side by side. */
final class Agreement implements AutoCloseable {
  private final Engine engine = Engine.cpu();
  private final Random random = new Random(17);

  /** What was compiled, for further questions. */
  record Compiled(List<String> kinds, List<String> notes) {
    /** Nothing ran in Java, and nothing by a slow implementation. */
    Compiled isFast() {
      assertThat(notes).isEmpty();
      return this;
    }

    /** Something ran in Java. */
    Compiled isInterpreted() {
      assertThat(notes).anyMatch(Agreement::isJava);
      return this;
    }

    /** These primitives ran, with these post-ops. */
    Compiled is(String... expected) {
      assertThat(kinds).containsExactly(expected);
      return this;
    }
  }

  /** Whether a note tells of the interpreter. */
  static boolean isJava(String note) {
    return note.startsWith("in Java: ");
  }

  /** Random floats from -1 to 1. */
  TensorData floats(long... dims) {
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

  /** Runs a graph of floats in both ways on random inputs. */
  Compiled check(Graph graph) {
    return check(graph, PlanOptions.DEFAULT);
  }

  /** Runs a graph of floats, compiled with options, in both ways on random inputs. */
  Compiled check(Graph graph, PlanOptions options) {
    Map<String, TensorData> inputs = new HashMap<>();
    for (Value input : graph.inputs()) {
      inputs.put(input.name(), floats(input.type().sizes()));
    }
    return check(graph, inputs, options);
  }

  /** Runs a graph in both ways. */
  Compiled check(Graph graph, Map<String, TensorData> inputs) {
    return check(graph, inputs, PlanOptions.DEFAULT);
  }

  private Compiled check(Graph graph, Map<String, TensorData> inputs, PlanOptions options) {
    Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, inputs);
    try (Constants constants = Constants.of(engine);
        CompiledGraph compiled =
            new GraphCompiler(engine, constants, graph)
                .compile(Map.of(), GraphCompiler.ImageLayout.ROWS, options);
        GraphExecution execution = compiled.newExecution("test")) {
      for (int run = 0; run < 2; run++) { // nothing stays from the first
        Map<String, TensorData> actual = execution.run(inputs);
        assertThat(actual.keySet()).as(graph.toString()).isEqualTo(expected.keySet());
        expected.forEach((name, data) -> assertClose(graph, name, actual.get(name), data));
      }
      return new Compiled(
          compiled.program().steps().stream()
              .map(step -> step.isJava() ? "java" : step.kind() + step.postOps())
              .toList(),
          compiled.notes());
    }
  }

  private static void assertClose(
      Graph graph, String name, TensorData actual, TensorData expected) {
    assertThat(actual.type()).as("%s of %s", name, graph).isEqualTo(expected.type());
    double largest = 1e-3;
    for (long i = 0; i < expected.count(); i++) {
      double size = Math.abs(expected.doubleAt(i));
      largest = size < Double.MAX_VALUE ? Math.max(largest, size) : largest;
    }
    boolean exact = expected.element().isInteger();
    for (long i = 0; i < expected.count(); i++) {
      double x = actual.doubleAt(i);
      double y = expected.doubleAt(i);
      double error = Double.compare(x, y) == 0 ? 0 : Math.abs(x - y);
      assertThat(error)
          .as("element %d of %s of %s", i, name, graph)
          .isLessThanOrEqualTo(exact ? 0 : 1e-5 * largest);
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
