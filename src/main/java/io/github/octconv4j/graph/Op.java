package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * An operation: what a {@link Node} does, without the values that it does it with. Operations carry
 * ONNX's names and have its meaning as of operator set 22; files of older and newer sets are
 * translated when they are read.
 *
 * <p>Each is a record that checks its own attributes. What depends on the inputs is checked when
 * outputs are inferred.
 *
 * @since 0.1.0
 */
public sealed interface Op
    permits Unary,
        Binary,
        Where,
        Clip,
        Cast,
        Conv,
        ConvTranspose,
        DeformConv,
        Col2Im,
        Recurrent,
        QuantizedConv,
        Pool,
        GlobalPool,
        MatMul,
        QuantizedMatMul,
        Gemm,
        BatchNormalization,
        GroupNormalization,
        LayerNormalization,
        Lrn,
        Softmax,
        Reduce,
        ArgReduce,
        CumSum,
        TopK,
        Identity,
        Reshape,
        Flatten,
        Squeeze,
        Unsqueeze,
        Transpose,
        Concat,
        Split,
        Slice,
        Pad,
        Expand,
        Tile,
        Gather,
        GatherElements,
        GatherND,
        ScatterElements,
        ScatterND,
        DepthToSpace,
        SpaceToDepth,
        Resize,
        GridSample,
        Shape,
        Size,
        ConstantOfShape,
        Range,
        OneHot,
        NonZero,
        NonMaxSuppression,
        RoiAlign,
        QuantizeLinear,
        DequantizeLinear,
        DynamicQuantizeLinear,
        Quantized,
        OctaveConv {

  /**
   * What ONNX calls it.
   *
   * @return for instance {@code Conv}
   */
  String name();

  /**
   * The attributes by ONNX's names: Long, Float, String, {@link TensorData}, {@link ElementType},
   * or lists of Long, Float or String.
   *
   * @return an unmodifiable map
   */
  default Map<String, Object> attributes() {
    return Map.of();
  }

  /**
   * How many inputs and outputs there may be.
   *
   * @return the numbers
   */
  Arity arity();

  /**
   * The types of the outputs' elements.
   *
   * @param in what is known of the inputs
   * @return a type for each output that there can be, at least as many as are asked for
   * @throws IllegalArgumentException if the inputs don't fit the operation or each other
   */
  default List<ElementType> elements(Operands in) {
    return List.of(in.element(0));
  }

  /**
   * The dimensions of the outputs.
   *
   * @param in what is known of the inputs
   * @return dimensions for each output of {@link #elements}
   * @throws IllegalArgumentException if the inputs don't fit the operation or each other
   * @throws IllegalStateException if the dimensions depend on what is not known yet
   */
  List<long[]> dims(Operands in);

  /**
   * The types of the outputs, as far as they can be known.
   *
   * @param in what is known of the inputs
   * @return a type for each output that is asked for
   * @throws IllegalArgumentException if the inputs don't fit the operation or each other
   */
  default List<TensorType> infer(Operands in) {
    arity().check(Objects.requireNonNull(in, "in"));
    List<ElementType> elements = elements(in);
    List<long[]> dims = null;
    try {
      dims = dims(in);
      dims.forEach(Shapes::count); // so many elements there can be
    } catch (UnknownShapeException e) {
      // They stay unknown.
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "sizes overflow (%s)", e.getMessage()), e);
    }
    List<TensorType> types = new ArrayList<>();
    for (int i = 0; i < in.outputs(); i++) {
      types.add(
          dims == null
              ? TensorType.unknown(elements.get(i))
              : TensorType.of(elements.get(i), dims.get(i)));
    }
    return types;
  }
}
