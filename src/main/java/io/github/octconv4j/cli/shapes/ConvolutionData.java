package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;

/**
 * Which integers the tensors of a convolution hold, so that no result is rounded: what benchdnn
 * does (tests/benchdnn/conv/cfg.cpp and utils/cfg.hpp), made strict.
 *
 * <p>An output sums {@code n} products of at most {@code S * W} and a bias of at most 8. The ranges
 * are narrowed until {@code n * S * W + 8 <= 2^24}: all partial sums, in whatever order, are then
 * integers that F32 holds exactly. A result that is stored in fewer bits is kept small by zeros in
 * the source: about {@code 2^digits / (S * W)} products of each sum remain.
 *
 * @param src of the source
 * @param weights of the weights
 * @param bias of the bias
 */
record ConvolutionData(IntegerFill src, IntegerFill weights, IntegerFill bias) {
  private static final int BIAS = 8;

  /**
   * Chooses data.
   *
   * @param products of one sum
   * @param zeroPoint of the source
   */
  static ConvolutionData of(Types types, long products, int zeroPoint) {
    int srcLeast = types.src() == DataType.U8 ? 0 : -range(types.src());
    int srcLargest = range(types.src());
    int weightsLargest = range(types.weights());
    long shift = Math.abs(zeroPoint);
    while ((srcLargest + shift) * weightsLargest * products + BIAS > 1L << 24
        && (srcLargest > 1 || weightsLargest > 1)) {
      if (srcLargest >= weightsLargest) {
        srcLeast /= 2;
        srcLargest /= 2;
      } else {
        weightsLargest /= 2;
      }
    }
    long largest = (srcLargest + shift) * weightsLargest;
    int digits = types.outputs().stream().mapToInt(Precision::digits).min().orElseThrow();
    double density = Math.min(1, (double) (1L << digits) / largest / products);
    // Without VNNI instructions oneDNN halves the weights of S8 by S8: they must be even.
    boolean even = types.src() == DataType.S8 && types.weights() == DataType.S8;
    return new ConvolutionData(
        new IntegerFill(srcLeast, srcLargest, 1, density),
        even && weightsLargest > 1
            ? new IntegerFill(-weightsLargest / 2, weightsLargest / 2, 2, 1)
            : new IntegerFill(-weightsLargest, weightsLargest, 1, 1),
        new IntegerFill(-BIAS, BIAS, 1, 1));
  }

  private static int range(DataType type) {
    return switch (type) {
      case F32 -> 32;
      case U8 -> 160; // beyond what a signed byte holds
      default -> 4;
    };
  }
}
