/**
 * How an octave convolution becomes a program of oneDNN: the formulations there are, how work is
 * cut among threads, which one is chosen, and the cache of plans. It works on the descriptions of
 * {@code octave} and knows none of the objects that users hold, so that networks use it too.
 */
@NullMarked
package io.github.octconv4j.octave.plan;

import org.jspecify.annotations.NullMarked;
