/** Changes of graphs that keep what they compute, one idea a file. Not exported. */
@NullMarked
package io.github.octconv4j.graph.pass;

import org.jspecify.annotations.NullMarked;
