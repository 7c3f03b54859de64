/** Accuracy against time, of trained networks. */
package io.github.octconv4j.bench.demo;
