/**
 * How many requests a network serves, and what others feel of it: {@code scripts/bench serving}.
 */
package io.github.octconv4j.bench.serving;
