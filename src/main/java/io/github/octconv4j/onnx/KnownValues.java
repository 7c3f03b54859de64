package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Size;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.interpret.Interpreter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values that depend on no input, computed when somebody asks for them. */
final class KnownValues {
  private static final long MOST_BYTES = 1 << 20; // of a value on the way
  private static final int MOST_STEPS = 5_000_000;

  private final Map<String, TensorData> constants;
  private final Function<String, TensorType> types;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, TensorData> computed = new HashMap<>();
  private int steps;

  /**
   * Knows no nodes yet.
   *
   * @param constants a map that grows
   */
  KnownValues(Map<String, TensorData> constants, Function<String, TensorType> types) {
    this.constants = constants;
    this.types = types;
  }

  /** Adds a node, whose inputs are known or made by nodes that were added before. */
  void add(Node node) {
    node.outputs().forEach(output -> producers.putIfAbsent(output, node));
  }

  /** The value; null where it depends on an input, or finding out would take for ever. */
  @Nullable TensorData of(String value) {
    ArrayDeque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      String next = open.peek();
      Node node = producers.get(next);
      if (look(next) != null) {
        open.pop();
      } else if (node == null || ++steps > MOST_STEPS) {
        return null;
      } else {
        List<String> missing = isOfShape(node) ? List.of() : missing(node);
        if (missing.isEmpty() && !compute(node)) {
          return null;
        }
        missing.forEach(open::push);
      }
    }
    return look(value);
  }

  private List<String> missing(Node node) {
    return node.inputs().stream().filter(input -> !input.isEmpty() && look(input) == null).toList();
  }

  private @Nullable TensorData look(String value) {
    TensorData data = constants.get(value);
    return data == null ? computed.get(value) : data;
  }

  private boolean isOfShape(Node node) {
    return (node.op() instanceof Shape || node.op() instanceof Size)
        && types.apply(node.input(0)).isKnown();
  }

  private boolean compute(Node node) {
    List<@Nullable TensorData> in = new ArrayList<>();
    for (String input : node.inputs()) {
      TensorData data = look(input);
      if (data == null && isOfShape(node)) { // its elements don't matter
        TensorType type = types.apply(input);
        data =
            TensorData.lazy(
                type.element(),
                () -> {
                  throw new IllegalStateException("only the shape is asked for");
                },
                type.sizes());
      }
      if (data == null && !input.isEmpty()) {
        return false;
      }
      in.add(data);
    }
    List<TensorData> out;
    try {
      out = new Interpreter(MOST_BYTES).apply(node, in, MOST_BYTES);
    } catch (IllegalArgumentException e) { // too large, or wrong, which is said where it is run
      return false;
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      computed.put(node.outputs().get(i), out.get(i));
    }
    return true;
  }
}
