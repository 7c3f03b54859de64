package io.github.octconv4j.graph;

/**
 * What stands in the padding.
 *
 * @since 0.1.0
 */
public enum PadMode {
  /** A constant. */
  CONSTANT,
  /** The input mirrored at its last element, which is not repeated. */
  REFLECT,
  /** The last element. */
  EDGE,
  /** The input from its other end. */
  WRAP
}
