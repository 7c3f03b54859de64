package io.github.octconv4j.graph;

import io.github.octconv4j.text.Printable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts nodes into an order in which they can be computed. */
final class Order {
  private Order() {}

  /** The same order where it is one already, else each node after those that it needs. */
  static List<Node> of(List<Node> nodes, Map<String, Node> producers, Set<String> known) {
    IdentityHashMap<Node, Integer> state = new IdentityHashMap<>(); // 1: being visited, 2: done
    List<Node> order = new ArrayList<>();
    ArrayDeque<Node> stack = new ArrayDeque<>();
    for (Node start : nodes) {
      stack.push(start);
      while (!stack.isEmpty()) { // no recursion: graphs may be deep
        Node node = stack.peek();
        if (state.getOrDefault(node, 0) == 2) {
          stack.pop();
          continue;
        }
        state.put(node, 1);
        Node missing = missing(node, producers, known, state);
        if (missing == null) {
          state.put(node, 2);
          order.add(node);
          stack.pop();
        } else if (state.getOrDefault(missing, 0) == 1) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "nodes %s and %s need each other's values",
                  Printable.quote(node.name()),
                  Printable.quote(missing.name())));
        } else {
          stack.push(missing);
        }
      }
    }
    return Collections.unmodifiableList(order);
  }

  private static @Nullable Node missing(
      Node node,
      Map<String, Node> producers,
      Set<String> known,
      IdentityHashMap<Node, Integer> state) {
    for (String input : node.inputs()) {
      Node producer = input.isEmpty() || known.contains(input) ? null : producers.get(input);
      if (producer == null && !input.isEmpty() && !known.contains(input)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "node %s reads %s, which is no input, constant or output of a node",
                Printable.quote(node.name()),
                Printable.quote(input)));
      }
      if (producer != null && state.getOrDefault(producer, 0) != 2) {
        return producer;
      }
    }
    return null;
  }
}
