package io.github.octconv4j.onnx;

/** What a file asks for, and this library has not got. */
final class UnsupportedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String place;

  UnsupportedException(String message) {
    this(message, "");
  }

  /** Says where, as far as who reads it knows; empty for what is there already. */
  UnsupportedException(String message, String place) {
    super(message);
    this.place = place;
  }

  String place() {
    return place;
  }
}
