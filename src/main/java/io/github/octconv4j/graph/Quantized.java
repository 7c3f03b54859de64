package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, product or mean of whole numbers that stand for floats: what ONNX writes as {@code
 * DequantizeLinear} of each operand, the operation, sums, an activation and {@code QuantizeLinear}.
 * Files don't have it; passes make it of that.
 *
 * <p>Inputs come in threes for each operand: value, scale, zero point. Both of the latter may be
 * left out, which means 1 and 0; a value of floats has neither. They are scalars, or have a value
 * for each output channel of weights and bias. The last two inputs, unless the result is of floats,
 * are scale and zero point of the result.
 *
 * @param op a {@link Conv}, {@link MatMul} or {@link Gemm}, or a {@link Pool} of {@link
 *     PoolKind#AVERAGE}
 * @param operands how many operands it gets: 2 or 3, a pool 1
 * @param added how many more operands follow, of the result's size, which are added
 * @param low the least value of the sum; negative infinity for no limit
 * @param high the largest value of the sum; infinity for no limit
 * @param to the type of the result: F32, U8, I8, or I32
 * @since 0.1.0
 */
public record Quantized(Op op, int operands, int added, float low, float high, ElementType to)
    implements Op {
  private static final int OF_OPERAND = 3; // value, scale, zero point

  /** Checks the parameters. */
  public Quantized {
    Objects.requireNonNull(op, "op");
    Objects.requireNonNull(to, "to");
    boolean product = op instanceof Conv || op instanceof MatMul || op instanceof Gemm;
    boolean mean = op instanceof Pool pool && pool.kind() == PoolKind.AVERAGE;
    boolean typed = isQuantized(to) || to == ElementType.F32 || to == ElementType.I32;
    int least = mean ? 1 : 2;
    int most = mean ? 1 : op instanceof MatMul ? 2 : 3;
    boolean counted = operands >= least && operands <= most && added >= 0;
    if (!(product || mean) || !typed || !counted || !(low <= high)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "expected a Conv or Gemm of 2 or 3 operands, a MatMul of 2 or an AveragePool of 1, at"
                  + " least 0 that are added, limits in order, and a result of F32, U8, I8 or I32,"
                  + " was %s of %d and %d, %s to %s, %s",
              op.name(),
              operands,
              added,
              low,
              high,
              to));
    }
  }

  /**
   * A product without sum and limits.
   *
   * @param op the operation
   * @param operands how many operands it gets
   * @param to the type of the result
   * @return the operation
   */
  public static Quantized of(Op op, int operands, ElementType to) {
    return new Quantized(op, operands, 0, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, to);
  }

  private static boolean isQuantized(ElementType type) {
    return type == ElementType.U8 || type == ElementType.I8;
  }

  /**
   * Where an operand's value stands among the inputs; scale and zero point follow.
   *
   * @param operand its position, from 0; those that are added are the last
   * @return the position of the input
   */
  public int input(int operand) {
    return OF_OPERAND * operand;
  }

  /**
   * How many operands there are, with those that are added.
   *
   * @return at least 1
   */
  public int all() {
    return operands + added;
  }

  /**
   * The dimension of an operand along which scales and zero points go that are not scalars.
   *
   * @param operand its position
   * @param rank its dimensions
   * @return the axis
   */
  public int axis(int operand, int rank) {
    return switch (op) {
      case Gemm gemm -> operand == 1 && gemm.transposeB() ? 0 : rank - 1;
      case MatMul product -> rank - 1;
      default -> 0;
    };
  }

  @Override
  public String name() {
    return "Quantized" + op.name();
  }

  @Override
  public Map<String, Object> attributes() {
    return op.attributes();
  }

  @Override
  public Arity arity() {
    int inputs = OF_OPERAND * all() + (to == ElementType.F32 ? 0 : 2);
    return new Arity(1, inputs, 1); // scales and zero points between may be left out
  }

  @Override
  public List<ElementType> elements(Operands in) {
    for (int i = 0; i < all(); i++) {
      in.in(input(i), ElementType.U8, ElementType.I8, ElementType.I32, ElementType.F32);
    }
    return List.of(to);
  }

  @Override
  public List<long[]> dims(Operands in) {
    List<@Nullable TensorType> types = new ArrayList<>();
    for (int i = 0; i < operands; i++) {
      types.add(TensorType.of(ElementType.F32, in.dims(input(i))));
    }
    List<@Nullable TensorData> unknown = Collections.nCopies(types.size(), null);
    return op.dims(Operands.of(types, unknown, 1));
  }
}
