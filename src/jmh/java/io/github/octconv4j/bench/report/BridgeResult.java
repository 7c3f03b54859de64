package io.github.octconv4j.bench.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A plan run from Java beside the same primitives run from C, of {@code bridge.json}.
 *
 * @param layer its name
 * @param alpha share of low channels
 * @param primitives that one run executes
 * @param javaUs median from Java, in microseconds
 * @param cUs median from C, in microseconds
 * @param ratio Java's time over C's
 * @param ratioSpread distance of the largest and the smallest ratio of several starts, null in
 *     files of older versions
 * @param nanosPerPrimitive what Java adds to each primitive, null where that drowns in noise
 */
public record BridgeResult(
    String layer,
    double alpha,
    int primitives,
    @JsonProperty("java_us") double javaUs,
    @JsonProperty("c_us") double cUs,
    double ratio,
    @JsonProperty("ratio_spread") @Nullable Double ratioSpread,
    @JsonProperty("ns_per_primitive_over_c") Double nanosPerPrimitive) {}
