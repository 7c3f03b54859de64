package io.github.octconv4j.cli.bench;

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
public record NetResult(
    String name,
    double alpha,
    double octaveMicroseconds,
    double denseMicroseconds,
    long octaveMultiplyAdds,
    long denseMultiplyAdds,
    int references,
    double buildSeconds) {

  /** Puts together what a race found out. */
  public static NetResult of(
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

  /** Returns the octave network's time over the dense one's. */
  public double ratio() {
    return octaveMicroseconds / denseMicroseconds;
  }

  /** Returns what the ratio would be if only multiply-adds took time. */
  public double multiplyAddRatio() {
    return (double) octaveMultiplyAdds / denseMultiplyAdds;
  }

  /** Returns operations, two for each multiply-add, in 1e9 a second. */
  public double octaveGflops() {
    return 2e-3 * octaveMultiplyAdds / octaveMicroseconds;
  }

  /** Returns the same of the dense network. */
  public double denseGflops() {
    return 2e-3 * denseMultiplyAdds / denseMicroseconds;
  }
}
