package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Node;

/** Which nodes add values, and do nothing else. */
public final class Summation {
  private Summation() {}

  /** Whether a node adds any number of values. */
  public static boolean is(Node node) {
    return node.op() instanceof Binary binary
        && (binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUM);
  }

  /** Whether a node adds two values. */
  public static boolean ofTwo(Node node) {
    return is(node) && node.inputs().size() == 2;
  }
}
