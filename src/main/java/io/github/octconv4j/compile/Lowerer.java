package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;

/**
 * Turns a node into steps of primitives.
 *
 * @param <T> the operation
 */
@FunctionalInterface
interface Lowerer<T extends Op> {
  /**
   * Adds the steps and defines the outputs.
   *
   * @return false, with nothing added, where primitives can't compute this form of the operation
   */
  boolean lower(T op, Node node, Lowering lowering);
}
