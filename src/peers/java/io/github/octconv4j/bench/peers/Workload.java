package io.github.octconv4j.bench.peers;

import java.util.List;

/**
 * Something that several libraries can compute on the same data: a single layer ({@link
 * LayerWorkload}), or a whole network.
 */
interface Workload {
  /** Returns the name, as tables show it. */
  String name();

  /** Returns the share of low-frequency channels; 0 is dense. */
  double alpha();

  /** Returns the right outputs, each row by row in the order (n, c, h, w). */
  List<float[]> expected();

  /**
   * Builds the libraries' models; the caller closes them. Where one can't be built, those before it
   * are closed.
   *
   * @param threads that each may use
   */
  List<Contender> contenders(int threads);
}
