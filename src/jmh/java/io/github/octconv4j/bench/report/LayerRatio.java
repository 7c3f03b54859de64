package io.github.octconv4j.bench.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * An octave layer beside the dense one, of {@code layers.json}, which {@code octconv bench layers
 * --json} writes.
 *
 * @param name of the layer
 * @param alpha share of low channels
 * @param dtype of the octave layer
 * @param threads of both
 * @param octaveUs median, in microseconds
 * @param denseUs median, in microseconds
 * @param octaveSpread distance of its quartiles over the median, null in files of older versions
 * @param denseSpread likewise
 * @param ratio of both
 * @param multiplyAddRatio what the ratio would be if only multiply-adds took time
 * @param formulation how the octave layer was planned
 */
public record LayerRatio(
    String name,
    double alpha,
    String dtype,
    int threads,
    @JsonProperty("octave_us") double octaveUs,
    @JsonProperty("dense_us") double denseUs,
    @JsonProperty("octave_spread") @Nullable Double octaveSpread,
    @JsonProperty("dense_spread") @Nullable Double denseSpread,
    double ratio,
    @JsonProperty("multiply_add_ratio") double multiplyAddRatio,
    String formulation) {}
