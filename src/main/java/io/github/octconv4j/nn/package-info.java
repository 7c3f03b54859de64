/**
 * Networks of octave convolutions: layers, the networks they make, and predictors that run them.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.nn;

import org.jspecify.annotations.NullMarked;
