package io.github.octconv4j.bench.report;

/**
 * One way to compute an operation, of {@code native-java.json}.
 *
 * @param operation for instance {@code octave convolution}
 * @param layer its name
 * @param alpha share of low channels, or null where there is no such thing
 * @param variant {@code java loops}, {@code java vector} or {@code onednn}
 * @param threads of the run
 * @param us median, in microseconds
 * @param spread distance of the quartiles over the median
 */
public record NativeJavaResult(
    String operation,
    String layer,
    Double alpha,
    String variant,
    int threads,
    double us,
    double spread) {}
