/**
 * What a service puts around a network: one that can be replaced while requests run ({@link
 * io.github.octconv4j.serving.NetworkReference}), requests that are collected into batches ({@link
 * io.github.octconv4j.serving.Batcher}), and meters.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.serving;

import org.jspecify.annotations.NullMarked;
