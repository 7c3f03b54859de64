package io.github.octconv4j.spark;

/** A row whose input can't be scored; what to do with it, {@link ErrorPolicy} says. */
final class RejectedRowException extends Exception {
  private static final long serialVersionUID = 1L;

  RejectedRowException(String message) {
    super(message);
  }

  RejectedRowException(String message, Throwable cause) {
    super(message, cause);
  }
}
