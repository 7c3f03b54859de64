package io.github.octconv4j.octave;

/** The two parts of an octave feature map. */
public enum Frequency {
  /** Full resolution. */
  HIGH,
  /** Half resolution. */
  LOW
}
