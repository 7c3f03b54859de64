package io.github.octconv4j.cli;

import java.io.IOException;

/** This machine lacks something; the message says what to do. */
final class MachineException extends IOException {
  private static final long serialVersionUID = 1L;

  MachineException(String message, Throwable cause) {
    super(message, cause);
  }
}
