package io.github.octconv4j.graph;

/**
 * What is made of many elements.
 *
 * @since 0.1.0
 */
public enum Reduction {
  /** The sum. */
  SUM("ReduceSum"),
  /** The mean. */
  MEAN("ReduceMean"),
  /** The largest. */
  MAX("ReduceMax"),
  /** The smallest. */
  MIN("ReduceMin"),
  /** The product. */
  PROD("ReduceProd"),
  /** The sum of absolute values. */
  L1("ReduceL1"),
  /** The root of the sum of squares. */
  L2("ReduceL2"),
  /** The logarithm of the sum. */
  LOG_SUM("ReduceLogSum"),
  /** The logarithm of the sum of exponentials. */
  LOG_SUM_EXP("ReduceLogSumExp"),
  /** The sum of squares. */
  SUM_SQUARE("ReduceSumSquare");

  final String onnxName;

  Reduction(String onnxName) {
    this.onnxName = onnxName;
  }

  /**
   * The operator that it is in ONNX.
   *
   * @return its name
   */
  public String onnxName() {
    return onnxName;
  }
}
