package io.github.octconv4j.graph;

/**
 * What is made of the elements along an axis.
 *
 * @since 0.1.0
 */
public enum SoftmaxKind {
  /** Shares of the exponentials, which sum up to 1. */
  SOFTMAX("Softmax"),
  /** Logarithms of the shares. */
  LOG_SOFTMAX("LogSoftmax"),
  /** 1 for the first largest one, else 0. */
  HARDMAX("Hardmax");

  final String onnxName;

  SoftmaxKind(String onnxName) {
    this.onnxName = onnxName;
  }
}
