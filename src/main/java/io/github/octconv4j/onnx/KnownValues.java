package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Size;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.interpret.Interpreter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values that depend on no input, computed when somebody asks for them. */
final class KnownValues {
  private static final long MOST_BYTES = 1 << 20; // of a value on the way

  private final List<Node> nodes;
  private final Map<String, TensorData> constants;
  private final Function<String, TensorType> types;
  private final Map<String, TensorData> computed = new HashMap<>();

  /** Looks at collections that grow. */
  KnownValues(
      List<Node> nodes, Map<String, TensorData> constants, Function<String, TensorType> types) {
    this.nodes = nodes;
    this.constants = constants;
    this.types = types;
  }

  /** The value; null where it depends on an input. */
  @Nullable TensorData of(String value) {
    TensorData known = look(value);
    if (known != null) {
      return known;
    }
    for (Node node : chain(value).reversed()) {
      if (!compute(node)) {
        return null;
      }
    }
    return look(value);
  }

  private @Nullable TensorData look(String value) {
    TensorData data = constants.get(value);
    return data == null ? computed.get(value) : data;
  }

  /** What a value is computed by, the last node first. */
  private List<Node> chain(String value) {
    Set<String> needed = new HashSet<>(Set.of(value));
    List<Node> chain = new ArrayList<>();
    for (Node node : nodes.reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        chain.add(node);
        if (!isOfShape(node)) {
          node.inputs().stream().filter(input -> look(input) == null).forEach(needed::add);
        }
      }
    }
    return chain;
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
