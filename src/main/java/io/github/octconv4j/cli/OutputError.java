package io.github.octconv4j.cli;

/**
 * The standard output takes no more: whoever writes ends, whatever it was doing. An error, for
 * nothing on the way up may take it for a failure of its own work and go on.
 */
final class OutputError extends Error {
  private static final long serialVersionUID = 1L;

  private final boolean unread;

  /**
   * Makes it.
   *
   * @param unread whether the reader went away, who then wants to hear no more
   */
  OutputError(String message, boolean unread, Throwable cause) {
    super(message, cause);
    this.unread = unread;
  }

  boolean unread() {
    return unread;
  }
}
