package io.github.octconv4j.cli.serve;

/** A request gets another answer than it asked for; the message is one line for its sender. */
final class RefusedRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** Makes an answer of a status from 400 on. */
  RefusedRequest(int status, String message) {
    super(message, null, false, false); // it is an answer: nobody looks at its stack
    this.status = status;
  }

  int status() {
    return status;
  }
}
