package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;

/**
 * Product of matrices of integers.
 *
 * <p>Without scales it is ONNX's {@code MatMulInteger}: a, b, and their optional zero points. With
 * scales it is {@code QLinearMatMul}: a, its scale and zero point, b, its scale and zero point,
 * scale and zero point of the result.
 *
 * @param scaled whether there are scales
 * @since 0.1.0
 */
public record QuantizedMatMul(boolean scaled) implements Op {
  @Override
  public String name() {
    return scaled ? "QLinearMatMul" : "MatMulInteger";
  }

  @Override
  public Arity arity() {
    return scaled ? new Arity(8, 8, 1) : new Arity(2, 4, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(0, ElementType.I8, ElementType.U8);
    in.in(scaled ? 3 : 1, ElementType.I8, ElementType.U8);
    return List.of(scaled ? in.in(7, ElementType.I8, ElementType.U8) : ElementType.I32);
  }

  @Override
  public List<long[]> dims(Operands in) {
    if (scaled) {
      for (int operand : new int[] {1, 6, 7}) {
        in.number(operand);
      }
    }
    return List.of(MatMul.dims(in.dims(0), in.dims(scaled ? 3 : 1)));
  }
}
