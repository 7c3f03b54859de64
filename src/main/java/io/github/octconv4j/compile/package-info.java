/** From graphs to programs of oneDNN's primitives. Not exported. */
@NullMarked
package io.github.octconv4j.compile;

import org.jspecify.annotations.NullMarked;
