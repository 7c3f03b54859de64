package io.github.octconv4j.graph;

/**
 * A shape depends on what is not known yet. Without a trace: it is no error while types are
 * inferred.
 */
final class UnknownShapeException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UnknownShapeException() {
    super("the shape depends on what is not known yet");
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
