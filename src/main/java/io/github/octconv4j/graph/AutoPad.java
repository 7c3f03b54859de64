package io.github.octconv4j.graph;

/**
 * Who says how much a window's input is padded.
 *
 * @since 0.1.0
 */
public enum AutoPad {
  /** The pads that are given. */
  NOTSET,
  /** As much as makes {@code ceil(input / stride)} outputs, the odd one at the end. */
  SAME_UPPER,
  /** As much as makes {@code ceil(input / stride)} outputs, the odd one at the beginning. */
  SAME_LOWER,
  /** Nothing. */
  VALID
}
