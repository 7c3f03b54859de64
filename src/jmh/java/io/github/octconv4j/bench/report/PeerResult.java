package io.github.octconv4j.bench.report;

/**
 * One library on one layer or network, of {@code peers.json}.
 *
 * @param layer name of the layer or network
 * @param alpha share of low channels; 0 is dense
 * @param threads of the run
 * @param dtype in which was computed
 * @param library its name
 * @param version its version
 * @param us median, in microseconds
 * @param spread distance of the quartiles over the median
 * @param agrees largest error of the outputs over the largest right value
 */
public record PeerResult(
    String layer,
    double alpha,
    int threads,
    String dtype,
    String library,
    String version,
    double us,
    double spread,
    double agrees) {
  private static final double F32 = 1e-5;
  private static final double BF16 = 2e-2;

  /** Returns whether the outputs are right, as far as the type can be; a time counts only then. */
  public boolean isRight() {
    return agrees <= (dtype.equals("bf16") ? BF16 : F32);
  }

  /** Returns whether both measure the same, so that the newer one takes the older one's place. */
  public boolean isSameAs(PeerResult other) {
    return layer.equals(other.layer)
        && alpha == other.alpha
        && threads == other.threads
        && dtype.equals(other.dtype)
        && library.equals(other.library);
  }
}
