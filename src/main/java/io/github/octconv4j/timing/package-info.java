/**
 * Times several things in turn: {@link Tournament} to choose one of them, {@link Race} to say how
 * fast each is. Knows nothing of what it times. Not exported: plans of layers and networks are
 * chosen with it, and the command line measures with it.
 */
@NullMarked
package io.github.octconv4j.timing;

import org.jspecify.annotations.NullMarked;
