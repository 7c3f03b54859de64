/**
 * Octave convolution in the libraries that people use today, beside octconv4j: compiled in the
 * Maven profile {@code peers} alone, so that nobody else downloads those libraries.
 */
package io.github.octconv4j.bench.peers;
