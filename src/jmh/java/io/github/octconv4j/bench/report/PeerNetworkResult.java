package io.github.octconv4j.bench.report;

/**
 * One library on one whole network, of {@code peers-net.json}.
 *
 * @param network its architecture
 * @param alpha share of low channels; 0 is dense
 * @param threads of the run
 * @param dtype in which was computed
 * @param library its name
 * @param version its version
 * @param ms median of a run, in milliseconds
 * @param spread distance of the quartiles over the median
 * @param startMs median from the file of weights to the first result, without tuning
 * @param agrees largest difference from ONNX Runtime's output over its largest value
 */
public record PeerNetworkResult(
    String network,
    double alpha,
    int threads,
    String dtype,
    String library,
    String version,
    double ms,
    double spread,
    double startMs,
    double agrees) {
  private static final double F32 = 1e-4;
  private static final double BF16 = 8e-2; // errors of 50 layers add up

  /** Returns whether the outputs are right, as far as the type can be; a time counts only then. */
  public boolean isRight() {
    return agrees <= (dtype.equals("bf16") ? BF16 : F32);
  }

  /** Returns whether both measure the same, so that the newer one takes the older one's place. */
  public boolean isSameAs(PeerNetworkResult other) {
    return network.equals(other.network)
        && alpha == other.alpha
        && threads == other.threads
        && dtype.equals(other.dtype)
        && library.equals(other.library);
  }

  boolean isOurs() {
    return PeerComparison.isOurs(library);
  }
}
