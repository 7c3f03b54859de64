/** What measuring wins over the cost model: {@code scripts/bench tuning}. */
package io.github.octconv4j.bench.tuning;
