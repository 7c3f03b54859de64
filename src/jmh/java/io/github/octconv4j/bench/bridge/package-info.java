/** What calling from Java costs: a plan beside its twin in C. */
package io.github.octconv4j.bench.bridge;
