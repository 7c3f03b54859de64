/**
 * What Winograd's convolution could win, bounded without building it: {@code scripts/bench
 * winograd}.
 */
package io.github.octconv4j.bench.winograd;
