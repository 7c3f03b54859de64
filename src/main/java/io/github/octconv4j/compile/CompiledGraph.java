package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A graph compiled for sizes of its inputs. Immutable; threads share it. */
public final class CompiledGraph implements AutoCloseable {
  private final Program program;
  private final Map<String, Operand> inputs;
  private final Map<String, Operand> outputs;
  private final List<Span> spans;
  private final Graph head;
  private final @Nullable Graph tail;

  /** Takes over the program. */
  CompiledGraph(
      Program program,
      Map<String, Operand> inputs,
      Map<String, Operand> outputs,
      List<Span> spans,
      Graph head,
      @Nullable Graph tail) {
    this.program = program;
    this.inputs = new LinkedHashMap<>(inputs);
    this.outputs = new LinkedHashMap<>(outputs);
    this.spans = List.copyOf(spans);
    this.head = head;
    this.tail = tail;
  }

  /** What runs on oneDNN, with steps in Java between. */
  public Program program() {
    return program;
  }

  /** The memory of the program's inputs by name, row by row. */
  Map<String, Operand> inputs() {
    return inputs;
  }

  /** The memory of the program's outputs by name, row by row. */
  Map<String, Operand> outputs() {
    return outputs;
  }

  /** The sections of each node, in order; those of nodes that others compute as well are theirs. */
  public List<Span> spans() {
    return spans;
  }

  /** The memory of an input. */
  public Operand input(String value) {
    return Objects.requireNonNull(inputs.get(value), value);
  }

  /** The memory of an output of a {@linkplain #isWhole whole} graph, row by row. */
  public Operand output(String value) {
    return Objects.requireNonNull(outputs.get(value), value);
  }

  /** Whether the program computes all of the graph. */
  public boolean isWhole() {
    return tail == null;
  }

  /** The type of an input, or of an output of a {@linkplain #isWhole whole} graph. */
  public TensorType type(String value) {
    return head.type(value);
  }

  /** What the program computes. */
  Graph head() {
    return head;
  }

  /** What the interpreter computes of the program's outputs; null for nothing. */
  @Nullable Graph tail() {
    return tail;
  }

  /** The nodes that the interpreter computes, as {@code Operator name}. */
  public List<String> interpreted() {
    List<String> all = new ArrayList<>();
    for (StepInfo step : program.steps()) {
      if (step.isJava()) {
        all.add(step.kind() + " " + step.name());
      }
    }
    Graph rest = tail;
    if (rest != null) {
      for (Node node : rest.nodes()) {
        all.add(node.op().name() + " " + node.name());
      }
    }
    return all;
  }

  /** What is slow: the nodes in Java, and primitives without a fast implementation. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    interpreted().forEach(node -> notes.add("in Java: " + node));
    program.references().forEach(step -> notes.add("slow: " + step));
    return notes;
  }

  /** Returns the memory for one thread at a time. */
  public GraphExecution newExecution(String name) {
    return new GraphExecution(this, name);
  }

  /** Returns the memory of one execution; the weights are the network's, whoever reads them. */
  public long bytes() {
    return program.temporaryBytes();
  }

  /** Frees the program once the last execution that uses it is closed. */
  @Override
  public void close() {
    program.close();
  }
}
