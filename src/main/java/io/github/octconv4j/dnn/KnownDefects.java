package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.loader.Platform;
import java.util.regex.Pattern;

/**
 * Implementations of oneDNN 3.13.0 that end the process, can't be compiled or compute something
 * else for reasons that are not the form of memory, which {@link Proven} judges: they are passed
 * over for the next one.
 */
final class KnownDefects {
  /** Kernels made for the instruction set in their name, whatever the processor has. */
  private static final Pattern SHORT_SUMS = Pattern.compile("brg.*:avx(2|512_core)$");

  private static final Pattern SVE = Pattern.compile("jit(_1x1|_int8)?:sve_\\d+");

  private KnownDefects() {}

  /** Whether an implementation of an operation is known to be wrong. */
  static boolean contain(String implementation, Operation operation, Attributes attributes) {
    return isUnalignedSum(implementation, operation, attributes)
        || isPadding(implementation, operation)
        || isSingleColumn(implementation, operation)
        || isVolumeOfOneChannel(implementation, operation)
        || isHalfVector(implementation, operation, attributes)
        || isReadingBack(implementation, operation)
        || isInexact(implementation, operation, attributes)
        || isScaledSum(operation, attributes)
        || isGroupOfOne(operation, attributes)
        || isMasking(implementation, operation)
        || (Platform.isArm() && containOnArm(implementation, operation));
  }

  /** Whether an implementation is known to be wrong on 64-bit Arm. */
  private static boolean containOnArm(String implementation, Operation operation) {
    return isPartOfVector(implementation, operation)
        || isUnknownSet(implementation, operation)
        || isWithoutInstruction(implementation, operation)
        || isLessThanOneBlock(implementation, operation)
        || isLessThanOneWord(implementation, operation);
  }

  /**
   * The plain concatenation copies pieces that are larger than the first-level cache in words of 4
   * bytes, and takes too many where a piece is less than one. That cache may seem to have no size
   * at all. Source: oneDNN's {@code src/cpu/simple_concat.cpp}.
   */
  private static boolean isLessThanOneWord(String implementation, Operation operation) {
    if (!(operation instanceof Concat concat && implementation.startsWith("simple:"))) {
      return false;
    }
    int axis = concat.axis();
    return concat.sources().stream()
        .anyMatch(
            source -> {
              Blocking blocking = source.blocking();
              return blocking != null
                  && source.dim(axis) * blocking.strides()[axis] * source.type().bytes() < 4;
            });
  }

  /**
   * A copy into or out of a part of a tensor that ends within a block leaves that block out: it
   * counts whole ones.
   */
  private static boolean isLessThanOneBlock(String implementation, Operation operation) {
    return implementation.startsWith("simple:")
        && operation instanceof Reorder
        && operation.descs().values().stream()
            .map(MemoryForm::of)
            .anyMatch(MemoryForm.SHARED_BLOCK::equals);
  }

  /**
   * The one processor of Arm whose vectors have 512 bits, A64FX, has no instruction that multiplies
   * unsigned bytes with signed ones; kernels made of products of blocks use it all the same.
   */
  private static boolean isWithoutInstruction(String implementation, Operation operation) {
    MemoryDesc weights = operation.descs().get(Arg.WEIGHTS);
    return implementation.startsWith("brg")
        && weights != null
        && weights.type().bytes() == 1
        && CpuIsa.name().equals("cpu_isa_sve_512");
  }

  /**
   * The kernels for two operands are made for the highest instruction set that there is; for SME
   * there is none, and where that is the highest nothing is compiled. Source: {@code
   * create_binary_kernel} in oneDNN's {@code src/cpu/aarch64/jit_uni_binary.cpp}.
   */
  private static boolean isUnknownSet(String implementation, Operation operation) {
    return operation instanceof Binary
        && implementation.equals("jit:uni")
        && CpuIsa.name().equals("cpu_isa_sme");
  }

  /**
   * The older kernels for SVE of Arm, which are not made of products of blocks ({@code brg}): where
   * vectors have 512 bits, or SME hides how many they have, all give wrong sums or no numbers if
   * channels don't fill vectors, and fault if they multiply bytes, so that none is taken. Elsewhere
   * {@code jit:sve_256} alone is not, with channels that don't fill 512 bits, which was not tried.
   */
  private static boolean isPartOfVector(String implementation, Operation operation) {
    String isa = CpuIsa.name();
    return operation instanceof Convolution convolution
        && SVE.matcher(implementation).matches()
        && (isa.equals("cpu_isa_sve_512")
            || isa.equals("cpu_isa_sme")
            || (implementation.startsWith("jit:")
                && (convolution.inputsOfGroup() % 16 != 0
                    || convolution.outputsOfGroup() % 16 != 0)));
  }

  /**
   * Kernels for SSE4.1 add to the destination with an instruction that wants 16-byte alignment: the
   * depthwise one to pixels, which don't have it with most channel counts, and the one that copies,
   * which has no instruction set in its name, to whole numbers of 32 bits in parts of tensors.
   */
  private static boolean isUnalignedSum(
      String implementation, Operation operation, Attributes attributes) {
    boolean copies =
        operation instanceof Reorder reorder
            && implementation.equals("jit:uni")
            && reorder.dst().type() == DataType.S32
            && CpuIsa.leastAlignment() > 1;
    return (implementation.equals("jit_dw:sse41") || copies)
        && attributes.postOps().readDestination();
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
   * With one input channel and one output column, a stride along the rows makes the kernels that
   * read several elements of a row at once take the wrong ones.
   */
  private static boolean isSingleColumn(String implementation, Operation operation) {
    return implementation.contains("brg")
        && operation instanceof Convolution convolution
        && convolution.inputsOfGroup() == 1
        && convolution.hasOneColumnOfStride();
  }

  /**
   * With one input channel of less than 32 bits, in a volume less deep than the kernel, the same
   * kernels read what they have not copied. Which depths are safe is not known for certain, so no
   * such volume is left to them.
   */
  private static boolean isVolumeOfOneChannel(String implementation, Operation operation) {
    return implementation.contains("brg")
        && operation instanceof Convolution convolution
        && convolution.inputsOfGroup() == 1
        && convolution.src().rank() == 5
        && convolution.src().type().bytes() < 4;
  }

  /**
   * Kernels for AVX-512 that work on groups in blocks of 8 channels step through the tensor of a
   * binary post-op in blocks of 16, and read beyond its end.
   */
  private static boolean isHalfVector(
      String implementation, Operation operation, Attributes attributes) {
    return implementation.startsWith("jit")
        && implementation.contains("avx512")
        && operation instanceof Convolution convolution
        && convolution.isGrouped()
        && convolution.outputsOfGroup() > 8
        && (convolution.outputsOfGroup() % 16 != 0 || convolution.inputsOfGroup() % 16 != 0)
        && attributes.postOps().list().stream().anyMatch(op -> op instanceof PostOps.Binary);
  }

  /**
   * AVX2 has no masks for bytes: of a pixel whose channels don't fill vectors, the kernel reads the
   * bytes before it too, and those before the tensor with its first pixel.
   */
  private static boolean isReadingBack(String implementation, Operation operation) {
    return implementation.startsWith("jit_int:avx2")
        && operation instanceof Pooling pooling
        && pooling.src().dim(1) % 32 != 0;
  }

  /**
   * Without VNNI instructions products of bytes are added in 16 bits, where two large ones don't
   * fit, and weights of signed sources are halved to make room, which drops their last bit. oneDNN
   * calls this a nuance; here a whole number is the right one. Narrow weights fit. Kernels whose
   * name says an instruction set without VNNI do so on any processor.
   */
  private static boolean isInexact(
      String implementation, Operation operation, Attributes attributes) {
    MemoryDesc weights = operation.descs().get(Arg.WEIGHTS);
    MemoryDesc src = operation.descs().get(Arg.SRC);
    return weights != null
        && weights.type().bytes() == 1
        && !implementation.startsWith("ref")
        && (CpuIsa.addsBytesShort() || SHORT_SUMS.matcher(implementation).find())
        && !(attributes.quantization().narrowWeights() && src != null && src.type() == DataType.U8);
  }

  /**
   * A copy that adds to its destination divides what it copies by the destination's scale, and then
   * adds what stood there as it is; all other operations divide the sum.
   */
  private static boolean isScaledSum(Operation operation, Attributes attributes) {
    return operation instanceof Reorder
        && attributes.postOps().readDestination()
        && attributes.quantization().scales().containsKey(Arg.DST);
  }

  /**
   * The reference product takes groups of one element along the depth for no groups at all, and the
   * last one's scale for all.
   */
  private static boolean isGroupOfOne(Operation operation, Attributes attributes) {
    if (!(operation instanceof MatMul product)) {
      return false;
    }
    int depth = product.weights().rank() - 2;
    Granularity scales =
        attributes.quantization().scales().getOrDefault(Arg.WEIGHTS, Granularity.TENSOR);
    boolean many = (scales.mask() & 1 << depth) != 0 && product.weights().dim(depth) > 1;
    return many && (scales.groups().isEmpty() || scales.groups().getFirst() == 1);
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

  /** Whether a layout has more elements than its dimensions say. */
  private static boolean isPadded(MemoryDesc desc) {
    return !desc.isAny() && desc.bytes() > desc.elements() * desc.type().bytes();
  }
}
