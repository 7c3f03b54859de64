package io.github.octconv4j.dnn;

/**
 * A call into oneDNN failed, or there was no memory for it; the message says which, with shapes,
 * types and layouts.
 *
 * @since 0.1.0
 */
public final class DnnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status status;

  DnnException(Status status, String message) {
    super(message);
    this.status = status;
  }

  DnnException(Status status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Returns what oneDNN answered. */
  public Status status() {
    return status;
  }
}
