/**
 * A safe mirror of oneDNN: engines, memory descriptors, operations, primitives, and programs of
 * several primitives. Everything that crosses into native code is checked here first.
 *
 * <p>Values ({@link io.github.octconv4j.dnn.MemoryDesc}, operations, attributes) need no closing.
 * What owns native objects is a {@link io.github.octconv4j.dnn.NativeHandle} and belongs into
 * try-with-resources.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.dnn;

import org.jspecify.annotations.NullMarked;
