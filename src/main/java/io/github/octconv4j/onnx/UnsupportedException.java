package io.github.octconv4j.onnx;

/** What a file asks for, and this library has not got. */
final class UnsupportedException extends Exception {
  private static final long serialVersionUID = 1L;

  UnsupportedException(String message) {
    super(message);
  }
}
