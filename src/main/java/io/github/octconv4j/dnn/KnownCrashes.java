package io.github.octconv4j.dnn;

/**
 * Implementations of oneDNN 3.13.0 that end the process, which are passed over for the next one.
 */
final class KnownCrashes {
  private KnownCrashes() {}

  /** Whether an implementation of an operation is known to crash. */
  static boolean contain(String implementation, Operation operation, Attributes attributes) {
    return isUnalignedSum(implementation, attributes) || isPadding(implementation, operation);
  }

  /**
   * The depthwise kernel for SSE4.1 adds to the destination with an instruction that wants 16-byte
   * alignment, which the pixels of most channel counts don't have.
   */
  private static boolean isUnalignedSum(String implementation, Attributes attributes) {
    return implementation.equals("jit_dw:sse41")
        && attributes.postOps().list().stream().anyMatch(op -> op instanceof PostOps.Sum);
  }

  /**
   * A block of output columns that lies in the padding calls a kernel that was not made. Blocks
   * depend on sizes and threads; a single such column is enough to avoid them all. Source: <a
   * href="https://github.com/uxlfoundation/oneDNN/issues/5942">oneDNN issue 5942</a>, mended after
   * 3.13.0. The kernels run behind others too, for instance as {@code
   * jit_uni_ncsp:conv+brg_conv_fwd:avx512_core}, which changes the layout first.
   */
  private static boolean isPadding(String implementation, Operation operation) {
    return implementation.contains("brg")
        && operation instanceof Convolution convolution
        && convolution.hasColumnOfPadding();
  }
}
