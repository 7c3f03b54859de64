/**
 * From picture files to the input of a network: decode, resize, crop, normalise.
 *
 * {@snippet file="io/github/octconv4j/examples/Snippets.java" region="photograph"}
 *
 * {@snippet file="io/github/octconv4j/examples/Snippets.java" region="dataset"}
 *
 * <p>{@link io.github.octconv4j.image.Image} is an immutable picture of floats in 0..1, {@link
 * io.github.octconv4j.image.ImageFiles} reads PNG and JPEG, {@link
 * io.github.octconv4j.image.IdxFile} reads the files of MNIST. Files are checked before memory is
 * allocated for what they claim.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.image;

import org.jspecify.annotations.NullMarked;
