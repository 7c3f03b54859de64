package io.github.octconv4j.cli;

import java.io.IOException;

/** A file of results could not be written; the message begins with its path. */
public final class OutputException extends IOException {
  private static final long serialVersionUID = 1L;

  OutputException(String message, Throwable cause) {
    super(message, cause);
  }
}
