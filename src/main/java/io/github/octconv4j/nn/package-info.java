/**
 * Networks of octave convolutions: layers, the networks they make, and predictors that run them.
 */
@NullMarked
package io.github.octconv4j.nn;

import org.jspecify.annotations.NullMarked;
