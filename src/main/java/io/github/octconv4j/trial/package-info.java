/**
 * Layers with random weights and data, ready to run. Not exported: {@link io.github.octconv4j.nn}
 * advises with them, and the command line measures them.
 */
@NullMarked
package io.github.octconv4j.trial;

import org.jspecify.annotations.NullMarked;
