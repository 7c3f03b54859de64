/** Runs graphs in plain Java. Not exported. */
@NullMarked
package io.github.octconv4j.graph.interpret;

import org.jspecify.annotations.NullMarked;
