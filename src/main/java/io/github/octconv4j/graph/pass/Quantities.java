package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions about scales and zero points, and the numbers that a type has. */
final class Quantities {
  private Quantities() {}

  /** The node that makes floats of a value's whole numbers of 8 or 32 bits; null for another. */
  static @Nullable Node dequantized(Graph graph, String value) {
    Node node = value.isEmpty() ? null : graph.producer(value);
    if (node == null
        || !(node.op() instanceof DequantizeLinear op)
        || op.block() != 0
        || graph.type(value).element() != ElementType.F32) {
      return null;
    }
    return switch (graph.type(node.input(0)).element()) {
      case U8, I8, I32 -> node;
      default -> null;
    };
  }

  /** Whether a scale or zero point is one number; left out counts. */
  static boolean isScalar(Graph graph, String value) {
    if (value.isEmpty()) {
      return true;
    }
    List<Dim> dims = graph.type(value).dims();
    return dims != null && dims.stream().allMatch(dim -> dim.isKnown() && dim.size() == 1);
  }

  /**
   * Whether two scales or zero points are known to be one and the same number.
   *
   * @param otherwise what one that is left out means
   */
  static boolean areEqual(Graph graph, String a, String b, double otherwise) {
    return number(graph, a, otherwise) == number(graph, b, otherwise); // not where one is NaN
  }

  /** A scale or zero point that is one number; NaN where that is not known. */
  private static double number(Graph graph, String value, double otherwise) {
    TensorData data = graph.constant(value);
    if (data == null) {
      return value.isEmpty() ? otherwise : Double.NaN;
    }
    return data.count() == 1 ? data.doubleAt(0) : Double.NaN;
  }

  static double least(ElementType type) {
    return type == ElementType.I8 ? -128 : 0;
  }

  static double most(ElementType type) {
    return type == ElementType.I8 ? 127 : 255;
  }

  /** The whole number that stands for a float; a scale and zero point that are left out count. */
  static double quantized(
      double value, @Nullable TensorData scale, @Nullable TensorData zero, ElementType type) {
    double q =
        Math.rint((float) (value / (scale == null ? 1 : scale.doubleAt(0))))
            + (zero == null ? 0 : zero.doubleAt(0));
    return Math.clamp(q, least(type), most(type));
  }
}
