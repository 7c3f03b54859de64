package io.github.octconv4j.bench.demo;

/**
 * What was measured of one network in one arithmetic.
 *
 * @param alpha share of low channels, 0 for the dense network
 * @param arithmetic for instance {@code bf16}
 * @param right pictures of the test set
 * @param pictures all of them
 * @param microseconds of one picture, the median
 * @param multiplyAdds of one picture
 * @param weightBytes in the layouts of the plan
 * @param activationBytes of a run
 */
record Point(
    String alpha,
    String arithmetic,
    int right,
    int pictures,
    double microseconds,
    long multiplyAdds,
    long weightBytes,
    long activationBytes) {
  double percent() {
    return 100.0 * right / pictures;
  }
}
