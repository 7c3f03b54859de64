/**
 * From {@code main} of a JVM that has done nothing yet to the first result, here and in ONNX
 * Runtime: {@code scripts/bench start}.
 */
@org.jspecify.annotations.NullMarked
package io.github.octconv4j.bench.start;
