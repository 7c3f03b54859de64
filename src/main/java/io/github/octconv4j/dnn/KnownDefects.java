package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Stream;

/**
 * Implementations of oneDNN 3.13.0 that end the process, can't be compiled or compute something
 * else, which are passed over for the next one.
 */
final class KnownDefects {
  private KnownDefects() {}

  /**
   * Whether an implementation of an operation is known to be wrong.
   *
   * @param arguments what it reads and writes
   */
  static boolean contain(
      String implementation,
      Operation operation,
      Attributes attributes,
      Collection<MemoryDesc> arguments) {
    return isUnalignedSum(implementation, attributes)
        || isPadding(implementation, operation)
        || isUnpacking(implementation, operation)
        || isMasking(implementation, operation)
        || isAtBeginning(implementation, operation, attributes, arguments);
  }

  /**
   * The depthwise kernel for SSE4.1 adds to the destination with an instruction that wants 16-byte
   * alignment, which the pixels of most channel counts don't have.
   */
  private static boolean isUnalignedSum(String implementation, Attributes attributes) {
    return implementation.equals("jit_dw:sse41") && attributes.postOps().readDestination();
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

  /**
   * The element-wise kernel for two sources takes the padding of blocks for elements, and reads or
   * writes beyond what has another layout without it.
   */
  private static boolean isUnpacking(String implementation, Operation operation) {
    if (!implementation.startsWith("jit") || !(operation instanceof Binary binary)) {
      return false;
    }
    MemoryDesc dst = binary.dst();
    boolean same =
        Stream.of(binary.src0(), binary.src1())
            .filter(src -> Arrays.equals(src.dims(), dst.dims()))
            .allMatch(src -> src.layout().equals(dst.layout()));
    boolean padded = Stream.of(binary.src0(), binary.src1(), dst).anyMatch(KnownDefects::isPadded);
    return !dst.isAny() && !same && padded;
  }

  /**
   * No code can be made for AVX-512 of a softmax that ends within a block of bytes: it wants to
   * clear the rest of the block with an instruction that has no form of 512 bits.
   */
  private static boolean isMasking(String implementation, Operation operation) {
    return implementation.startsWith("jit")
        && operation instanceof Softmax softmax
        && softmax.dst().type().bytes() == 1
        && isPadded(softmax.dst().isAny() ? softmax.src() : softmax.dst());
  }

  /**
   * Kernels that read and write from where the memory begins, wherever in it the described part
   * begins: what {@link MemoryDesc#submemory} describes is then neither read nor written.
   */
  private static boolean isAtBeginning(
      String implementation,
      Operation operation,
      Attributes attributes,
      Collection<MemoryDesc> arguments) {
    boolean matrices = Stream.of("matmul", "brdgmm", "gemm").anyMatch(implementation::contains);
    boolean forgets =
        operation instanceof Convolution
            ? matrices && !implementation.contains(":conv+")
            : operation instanceof InnerProduct
                || operation instanceof Resampling
                || operation instanceof Softmax
                || operation instanceof Binary;
    boolean added =
        attributes.postOps().list().stream()
            .anyMatch(
                postOp -> postOp instanceof PostOps.Binary binary && binary.src1().beginning() > 0);
    boolean part = arguments.stream().anyMatch(desc -> desc.beginning() > 0);
    return !implementation.startsWith("ref") && (added || (forgets && part));
  }

  /** Whether a layout has more elements than its dimensions say. */
  private static boolean isPadded(MemoryDesc desc) {
    return !desc.isAny() && desc.bytes() > desc.elements() * desc.type().bytes();
  }
}
