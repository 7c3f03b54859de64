package io.github.octconv4j.dnn;

/**
 * A variable of the process's environment makes it impossible to compute; the message names it with
 * its value, and says what to set.
 *
 * @since 0.1.0
 */
public final class EnvironmentException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  EnvironmentException(String message) {
    super(message);
  }
}
