/**
 * The same work done three ways, for benchmarks: plain Java loops, the Java Vector API, oneDNN. All
 * take the same data and are compared by a test.
 */
package io.github.octconv4j.bench.kernel;
