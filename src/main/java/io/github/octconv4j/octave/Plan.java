package io.github.octconv4j.octave;

/** Something compiled for one size of input, which many threads share and a cache may hold. */
public interface Plan extends AutoCloseable {
  /** Frees the plan once no execution uses it any more. */
  @Override
  void close();
}
