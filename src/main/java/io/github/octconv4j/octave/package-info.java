/**
 * Octave convolution: a specification ({@link io.github.octconv4j.octave.OctaveConv2d}), its
 * weights, the plan that oneDNN runs, and the executions of threads.
 *
 * <p>The formulas and rules of the specification follow Chen et al., "Drop an Octave", ICCV 2019.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.octave;

import org.jspecify.annotations.NullMarked;
