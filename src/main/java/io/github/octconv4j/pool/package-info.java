/** Executions that wait for their next use. Not exported. */
@NullMarked
package io.github.octconv4j.pool;

import org.jspecify.annotations.NullMarked;
