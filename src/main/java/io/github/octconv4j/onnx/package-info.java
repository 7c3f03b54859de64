/**
 * ONNX files: read into a {@link io.github.octconv4j.graph.Graph} and written from one.
 *
 * <p>Files may be strangers': nothing is allocated because a header says so, and what is damaged or
 * not supported is refused in one line that begins with the path.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.onnx;

import org.jspecify.annotations.NullMarked;
