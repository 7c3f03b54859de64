/**
 * Times several things in turn, in one race, on random data. Not exported: {@link
 * io.github.octconv4j.nn} advises with it, and the command line measures with it.
 */
@NullMarked
package io.github.octconv4j.timing;

import org.jspecify.annotations.NullMarked;
