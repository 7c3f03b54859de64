/**
 * Networks of octave convolutions: layers, the networks they make, and predictors that run them.
 */
package io.github.octconv4j.nn;
