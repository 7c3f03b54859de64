package io.github.octconv4j.cli.bench;

import io.github.octconv4j.octave.PlanOptions;

/**
 * An octave layer beside the dense one.
 *
 * @param layer the dense layer
 * @param alpha share of low channels on both sides
 * @param options of the octave layer
 * @param rounds how often each was run
 * @param octave the octave layer
 * @param dense the dense layer
 */
public record LayerResult(
    LayerShape layer, double alpha, PlanOptions options, int rounds, Side octave, Side dense) {

  /**
   * One of both.
   *
   * @param microseconds median
   * @param spread distance of the quartiles over the median, NaN where it is not known
   * @param multiplyAdds that the layer asks for
   * @param formulation how it was planned
   * @param references steps that have only a slow reference implementation
   */
  public record Side(
      double microseconds, double spread, long multiplyAdds, String formulation, int references) {
    /** Puts together what is known of a contender. */
    public static Side of(
        LayerContender contender,
        double alpha,
        LayerShape layer,
        double microseconds,
        double spread) {
      return new Side(
          microseconds,
          spread,
          layer.multiplyAdds(alpha),
          contender.plan().formulation(),
          contender.references());
    }

    /** Returns operations, two for each multiply-add, in 1e9 a second. */
    public double gflops() {
      return 2e-3 * multiplyAdds / microseconds;
    }
  }

  /** Returns the octave layer's time over the dense one's. */
  public double ratio() {
    return octave.microseconds / dense.microseconds;
  }

  /** Returns what the ratio would be if only multiply-adds took time. */
  public double multiplyAddRatio() {
    return layer.multiplyAddRatio(alpha);
  }
}
