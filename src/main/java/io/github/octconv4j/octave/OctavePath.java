package io.github.octconv4j.octave;

import java.util.Locale;

/**
 * The four convolutions of an octave convolution, from a source to a destination frequency.
 *
 * @since 0.1.0
 */
public enum OctavePath {
  /** High to high. */
  HH(Frequency.HIGH, Frequency.HIGH),
  /** High to low: of the pooled source. */
  HL(Frequency.HIGH, Frequency.LOW),
  /** Low to high: the result is upsampled. */
  LH(Frequency.LOW, Frequency.HIGH),
  /** Low to low. */
  LL(Frequency.LOW, Frequency.LOW);

  private final Frequency source;
  private final Frequency destination;

  OctavePath(Frequency source, Frequency destination) {
    this.source = source;
    this.destination = destination;
  }

  /** Returns what is read. */
  public Frequency source() {
    return source;
  }

  /** Returns what is written. */
  public Frequency destination() {
    return destination;
  }

  /** Returns the short name that case files use, for instance {@code hl} for high to low. */
  public String shortName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
