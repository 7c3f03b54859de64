package io.github.octconv4j.dnn;

import java.util.List;

/**
 * What a step of a {@link Program} does in Java, for the rare work that oneDNN has no primitive
 * for. It may be called by several threads at once, with other tensors.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface HostTask {
  /**
   * Computes.
   *
   * @param reads what was named as read, in that order; must not be written
   * @param writes what was named as written, in that order; must be written as a whole
   */
  void run(List<Tensor> reads, List<Tensor> writes);
}
