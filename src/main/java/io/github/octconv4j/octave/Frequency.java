package io.github.octconv4j.octave;

/**
 * The two parts of an octave feature map.
 *
 * @since 0.1.0
 */
public enum Frequency {
  /** Full resolution. */
  HIGH,
  /** Half resolution. */
  LOW
}
