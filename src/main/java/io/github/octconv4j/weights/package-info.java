/**
 * Trained weights from safetensors files, checked before anything is made of them.
 *
 * {@snippet file="io/github/octconv4j/examples/Snippets.java" region="file"}
 *
 * <p>{@link io.github.octconv4j.weights.SafetensorsFile} reads a file, {@link
 * io.github.octconv4j.weights.TensorView} is one tensor in it, and {@link
 * io.github.octconv4j.weights.WeightStore} fills a network from it and reports all that does not
 * fit at once. A file that is not what it should be is an {@link java.io.IOException} of one line
 * that starts with the path.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.weights;

import org.jspecify.annotations.NullMarked;
