package io.github.octconv4j.nn;

import java.util.Objects;

/**
 * A run was not begun, and had no effect: too many others are under way, or whoever asked for it
 * does not want it any more. The same call may do later.
 *
 * @since 0.1.0
 */
public final class RunRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why a run was not begun. */
  public enum Reason {
    /** Its turn did not come in time. */
    DEADLINE,
    /** The waiting thread was interrupted; it still is. */
    INTERRUPTED,
    /** As many wait as may. */
    QUEUE_FULL,
    /** What would run it is closed, or is being closed. */
    CLOSED
  }

  /** Makes an exception with a message that says what to do. */
  public RunRejectedException(Reason reason, String message) {
    super(Objects.requireNonNull(message, "message"));
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** Returns why. */
  public Reason reason() {
    return reason;
  }
}
