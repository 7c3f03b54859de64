package io.github.octconv4j.cli;

/** How far a computed value may be from the expected one. */
enum Tolerance {
  /** For F32: {@code 1e-5 + 1e-5 |y|} for each element. */
  EACH_ELEMENT(1e-5, 1e-5, 0),
  /** Where BF16 is involved: 2e-2 of the tensor's largest {@code |y|}. */
  OF_THE_LARGEST(0, 0, 2e-2);

  private final double absolute;
  private final double relative;
  private final double ofLargest;

  Tolerance(double absolute, double relative, double ofLargest) {
    this.absolute = absolute;
    this.relative = relative;
    this.ofLargest = ofLargest;
  }

  /** The largest error that {@code expected} may have in a tensor with this largest value. */
  double at(double expected, double largest) {
    return absolute + relative * Math.abs(expected) + ofLargest * largest;
  }
}
