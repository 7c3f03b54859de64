package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;

/** A part of a network that adds its steps to a program. Immutable, with its weights. */
public interface Layer {
  /** Returns the layer's name, the prefix of its steps. */
  String name();

  /**
   * Adds the layer to a program.
   *
   * @param x the input; the layer may overwrite it
   * @return the output
   * @throws IllegalArgumentException if the input has another shape than the layer needs; the
   *     message names the layer and both shapes
   */
  OctaveOperand addTo(OctaveProgramBuilder program, OctaveOperand x);
}
