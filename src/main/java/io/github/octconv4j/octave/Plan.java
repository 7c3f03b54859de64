package io.github.octconv4j.octave;

/**
 * Something compiled for one size of input, which many threads share and a cache may hold.
 *
 * @since 0.1.0
 */
public interface Plan extends AutoCloseable {
  /**
   * Returns the bytes of native memory that the plan takes now: weights, and the working memory of
   * the executions that it keeps. It may grow with the number of threads that run it at once.
   */
  long bytes();

  /** Frees the plan once no execution uses it any more. */
  @Override
  void close();
}
