package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.NetContender;

/**
 * An octave network beside the dense one.
 *
 * @param name of the architecture
 * @param alpha share of low channels
 * @param octaveMicroseconds median
 * @param denseMicroseconds median
 * @param octaveMultiplyAdds of one run
 * @param denseMultiplyAdds of one run
 * @param references steps of the octave network that have only a slow reference implementation
 * @param buildSeconds of the octave network
 */
record NetResult(
    String name,
    double alpha,
    double octaveMicroseconds,
    double denseMicroseconds,
    long octaveMultiplyAdds,
    long denseMultiplyAdds,
    int references,
    double buildSeconds) {

  static NetResult of(
      NetContender octave,
      NetContender dense,
      double octaveMicroseconds,
      double denseMicroseconds) {
    return new NetResult(
        octave.model().architecture(),
        octave.model().alpha(),
        octaveMicroseconds,
        denseMicroseconds,
        octave.multiplyAdds(),
        dense.multiplyAdds(),
        octave.references(),
        octave.buildSeconds());
  }

  double ratio() {
    return octaveMicroseconds / denseMicroseconds;
  }

  /** What the ratio would be if only multiply-adds took time. */
  double limit() {
    return (double) octaveMultiplyAdds / denseMultiplyAdds;
  }

  double octaveGflops() {
    return 2e-3 * octaveMultiplyAdds / octaveMicroseconds;
  }

  double denseGflops() {
    return 2e-3 * denseMultiplyAdds / denseMicroseconds;
  }
}
