package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import org.jspecify.annotations.Nullable;

/** What passes look for that put a formula's nodes together. */
final class Patterns {
  /** How far a number may be from the one that is meant: exporters round some of them. */
  static final double NEAR = 1e-6;

  private Patterns() {}

  /** Whether a node applies a function to two values. */
  static boolean is(Node node, BinaryFunction function) {
    return node.op() instanceof Binary binary
        && binary.function() == function
        && node.inputs().size() == 2;
  }

  /** Whether a value is a constant of this one number. */
  static boolean isNumber(Graph graph, String value, double number) {
    TensorData data = graph.constant(value);
    return data != null && data.count() == 1 && Math.abs(data.doubleAt(0) - number) < NEAR;
  }

  /** The node that makes a value for one reader; null if there is none, or there are more. */
  static @Nullable Node maker(Graph graph, String value) {
    Node node = graph.producer(value);
    return node != null && graph.isPrivate(value) ? node : null;
  }

  /** The only reader of a value; null if there are more, or none. */
  static @Nullable Node reader(Graph graph, String value) {
    return graph.isPrivate(value) ? graph.consumers(value).getFirst() : null;
  }
}
