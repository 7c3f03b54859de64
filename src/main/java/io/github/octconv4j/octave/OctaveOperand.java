package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;

/**
 * An octave feature map inside a program that is being built.
 *
 * @param shape its size
 * @param high the high part, null where there is none
 * @param low the low part, null where there is none
 */
public record OctaveOperand(OctaveShape shape, Operand high, Operand low) {
  /** Returns the part of one frequency, null where there is none. */
  Operand part(Frequency frequency) {
    return frequency == Frequency.HIGH ? high : low;
  }
}
