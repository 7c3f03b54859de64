package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.Protos.floats;
import static io.github.octconv4j.onnx.Protos.message;
import static io.github.octconv4j.onnx.Protos.model;
import static io.github.octconv4j.onnx.Protos.node;
import static io.github.octconv4j.onnx.Protos.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If, Loop and Scan, of the input x = 1, 2, 3 (3 rows of 1) or more. */
@SameOnEveryProcessor
class FlowRulesTest {
  private static final int FLOAT = 1;
  private static final int LONG = 7;
  private static final int BOOL = 9;

  @TempDir private Path folder;

  private static MessageWriter longs(String name, long... values) {
    MessageWriter tensor = message().integer(2, LONG).text(8, name);
    for (long value : values) {
      tensor.integer(7, value);
    }
    return tensor;
  }

  private static MessageWriter truth(String name, boolean value) {
    return message().integer(2, BOOL).text(8, name).integer(5, value ? 1 : 0);
  }

  private static MessageWriter body(MessageWriter... nodes) {
    MessageWriter body = message().text(2, "body");
    for (MessageWriter node : nodes) {
      body.message(1, node);
    }
    return body;
  }

  private static MessageWriter of(MessageWriter... nodes) {
    MessageWriter graph = message().text(2, "g");
    for (MessageWriter node : nodes) {
      graph.message(1, node);
    }
    return graph.message(11, value("x", FLOAT, 3, 1)).message(12, value("y", FLOAT));
  }

  private Path write(MessageWriter graph) throws IOException {
    return Files.write(folder.resolve("m.onnx"), model(graph, 17).toBytes());
  }

  private TensorData run(MessageWriter graph) throws IOException {
    try (OnnxModel read = OnnxModel.open(write(graph))) {
      TensorData x = TensorData.of(new float[] {1, 2, 3}, 3, 1);
      return Interpreter.ofHeap().run(read.graph(), Map.of("x", x)).get("y");
    }
  }

  private String refused(MessageWriter graph) throws IOException {
    Path file = write(graph);
    String[] message = new String[1];
    assertThatThrownBy(() -> OnnxModel.open(file).close())
        .isInstanceOf(IOException.class)
        .satisfies(e -> message[0] = e.getMessage());
    return message[0].replace(file + ": ", "");
  }

  /** As PyTorch writes squeeze: a branch for a size of 1; the other one could not be read. */
  @ParameterizedTest
  @CsvSource({"1, 1, 3", "3, 2, '3,1'"})
  void theBranchThatTheShapeSays(int compared, int rank, String dims) throws IOException {
    MessageWriter then = body(node("Squeeze", "x axes", "s")).message(5, longs("axes", 1));
    MessageWriter otherwise = body(node("NoSuchThing", "x", "o"));
    if (compared == 3) {
      otherwise = body(node("Squeeze", "x wrong", "o")).message(5, longs("wrong", 0));
      then = body();
    }
    MessageWriter graph =
        of(
                node("Shape", "x", "shape"),
                node("Gather", "shape last", "size"),
                node("Equal", "size compared", "same"),
                node(
                    "If",
                    "same",
                    "y",
                    "then_branch",
                    then.message(12, value(compared == 3 ? "x" : "s", FLOAT)),
                    "else_branch",
                    otherwise.message(12, value("o", FLOAT))))
            .message(5, longs("last", compared == 3 ? 0 : 1))
            .message(5, longs("compared", compared));
    TensorData y = run(graph);
    assertThat(y.toDoubles()).containsExactly(1, 2, 3);
    assertThat(y.dims()).hasSize(rank);
    assertThat(y.type()).hasToString("F32[" + dims.replace(",", ", ") + "]");
  }

  /** Three times s = s * x + iteration, from 1. */
  @Test
  void aLoopWithAState() throws IOException {
    MessageWriter body =
        body(
                node("Cast", "i", "f", "to", FLOAT),
                node("Mul", "s x", "p"),
                node("Add", "p f", "next"),
                node("Identity", "on", "goes_on"))
            .message(11, value("i", LONG))
            .message(11, value("on", BOOL))
            .message(11, value("s", FLOAT))
            .message(12, value("goes_on", BOOL))
            .message(12, value("next", FLOAT))
            .message(12, value("p", FLOAT));
    MessageWriter graph =
        of(node("Loop", "count  one", "last all", "body", body), node("ReduceSum", "all", "sum"))
            .message(1, node("Add", "last sum", "y"))
            .message(5, longs("count", 3))
            .message(5, floats("one", 1));
    // x = 2: s = 1, 2, 5, 12; p = 2, 4, 10.
    double sum = (1 + 1 + 2) + (2 + 4 + 10) + (3 + 9 + 30);
    assertThat(run(graph).toDoubles()).containsExactly(4 + sum, 12 + sum, 32 + sum);
  }

  /** Until the number of the iteration is 2. */
  @Test
  void aLoopThatEndsByItsCondition() throws IOException {
    MessageWriter body =
        body(node("Less", "i two", "goes_on"), node("Add", "s x", "next"))
            .message(5, longs("two", 2))
            .message(11, value("i", LONG))
            .message(11, value("on", BOOL))
            .message(11, value("s", FLOAT))
            .message(12, value("goes_on", BOOL))
            .message(12, value("next", FLOAT));
    MessageWriter graph =
        of(node("Loop", " yes x", "y", "body", body)).message(5, truth("yes", true));
    assertThat(run(graph).toDoubles()).containsExactly(4, 8, 12);
  }

  /** Sums from the last row to the first, written from the last to the first. */
  @ParameterizedTest
  @CsvSource({"0, 0, '1,3,6'", "1, 0, '3,5,6'", "0, 1, '6,3,1'", "1, 1, '6,5,3'"})
  void aScan(long input, long output, String expected) throws IOException {
    MessageWriter body =
        body(node("Add", "s row", "next"), node("Identity", "next", "element"))
            .message(11, value("s", FLOAT))
            .message(11, value("row", FLOAT))
            .message(12, value("next", FLOAT))
            .message(12, value("element", FLOAT));
    MessageWriter scan =
        node(
            "Scan",
            "zero x",
            "last y",
            "body",
            body,
            "num_scan_inputs",
            1,
            "scan_input_directions",
            new long[] {input},
            "scan_output_directions",
            new long[] {output});
    TensorData y = run(of(scan).message(5, floats("zero", 0)));
    assertThat(y.type()).hasToString("F32[3, 1]");
    assertThat(y.toDoubles())
        .containsExactly(
            Arrays.stream(expected.split(",", -1)).mapToDouble(Double::parseDouble).toArray());
  }

  @Test
  void whatOnlyARunTellsIsRefused() throws IOException {
    MessageWriter nothing = body().message(12, value("x", FLOAT));
    assertThat(
            refused(
                of(
                    node("Greater", "x x", "c"),
                    node("If", "c", "y", "then_branch", nothing, "else_branch", nothing))))
        .isEqualTo(
            "asks for what is not supported: operator If whose condition is known only when it runs"
                + " (n_y)");
    assertThat(
            refused(
                of(
                    node("ReduceSum", "x", "s", "keepdims", 0),
                    node("Cast", "s", "n", "to", LONG),
                    node("Loop", "n ", "y", "body", nothing))))
        .contains("operator Loop whose number of iterations is known only when it runs (n_y)");
  }

  @Test
  void whatIsUnsupportedInABodyIsNamed() throws IOException {
    MessageWriter body = body(node("NoSuchThing", "x", "z")).message(12, value("z", FLOAT));
    MessageWriter graph =
        of(node("If", "yes", "y", "then_branch", body, "else_branch", body))
            .message(5, truth("yes", true));
    assertThat(refused(graph)).contains("operator NoSuchThing (n_z)");
  }

  /** Loops are copies, so that their number and depth are bounded. */
  @Test
  void loopsThatNeverEnd() throws IOException {
    MessageWriter body =
        body(node("Identity", "on", "goes_on"))
            .message(11, value("i", LONG))
            .message(11, value("on", BOOL))
            .message(11, value("s", FLOAT))
            .message(12, value("goes_on", BOOL))
            .message(12, value("s", FLOAT));
    assertThat(
            refused(of(node("Loop", " yes x", "y", "body", body)).message(5, truth("yes", true))))
        .contains("loops of more than 10000 iterations");
    MessageWriter nested = body().message(12, value("x", FLOAT));
    for (int depth = 0; depth < 20; depth++) {
      nested =
          body(node("If", "yes", "z", "then_branch", nested, "else_branch", body()))
              .message(12, value("z", FLOAT));
    }
    MessageWriter graph =
        of(node("If", "yes", "y", "then_branch", nested, "else_branch", body()))
            .message(5, truth("yes", true));
    assertThat(refused(graph)).contains("has bodies more than 16 deep");
  }
}
