package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions of one value: steps of their own, or part of an {@link Epilogue}. */
final class Elementwise {
  private Elementwise() {}

  static boolean function(Op op, Node node, Lowering lowering) {
    PostOps.Eltwise function = lowering.isNative(node) ? of(node, lowering) : null;
    if (function == null) {
      return false;
    }
    apply(node.name(), function, lowering.plain(node.input(0)), node.output(), lowering);
    return true;
  }

  /** Adds a step that makes a value of another. */
  static void apply(
      String name, PostOps.Eltwise function, Operand x, String value, Lowering lowering) {
    Operand y = lowering.output(value, x.desc());
    apply(name, function, x, y, lowering);
  }

  /** Adds a step between operands of one layout. */
  static void apply(
      String name, PostOps.Eltwise function, Operand x, Operand y, Lowering lowering) {
    Pixels.share(
        lowering,
        List.of(y, x),
        some -> {
          MemoryDesc from = some.getLast().desc();
          MemoryDesc to = some.getFirst().desc();
          lowering.add(
              name,
              new Eltwise(function.algorithm(), from, to, function.alpha(), function.beta()),
              Map.of(Arg.SRC, some.getLast(), Arg.DST, some.getFirst()));
        });
  }

  /** What oneDNN calls a node's function; null where it has none. */
  static PostOps.@Nullable Eltwise of(Node node, Lowering lowering) {
    if (node.op() instanceof Unary unary) {
      return of(unary);
    }
    return node.op() instanceof Clip ? clip(node, lowering) : null;
  }

  private static PostOps.@Nullable Eltwise of(Unary unary) {
    float alpha = unary.alpha();
    return switch (unary.function()) {
      case RELU -> new PostOps.Eltwise(Algorithm.ELTWISE_RELU, 0, 0);
      case LEAKY_RELU -> new PostOps.Eltwise(Algorithm.ELTWISE_RELU, alpha, 0);
      case SIGMOID -> new PostOps.Eltwise(Algorithm.ELTWISE_LOGISTIC, 0, 0);
      case SWISH -> new PostOps.Eltwise(Algorithm.ELTWISE_SWISH, alpha, 0);
      case TANH -> new PostOps.Eltwise(Algorithm.ELTWISE_TANH, 0, 0);
      case HARD_SIGMOID -> new PostOps.Eltwise(Algorithm.ELTWISE_HARDSIGMOID, alpha, unary.beta());
      case HARD_SWISH -> new PostOps.Eltwise(Algorithm.ELTWISE_HARDSWISH, 1f / 6, 0.5f);
      case ELU -> new PostOps.Eltwise(Algorithm.ELTWISE_ELU, alpha, 0);
      case EXP -> new PostOps.Eltwise(Algorithm.ELTWISE_EXP, 0, 0);
      case ABS -> new PostOps.Eltwise(Algorithm.ELTWISE_ABS, 0, 0);
      case NEG -> new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, -1, 0);
      case GELU -> new PostOps.Eltwise(Algorithm.ELTWISE_GELU_ERF, 0, 0);
      case MISH -> new PostOps.Eltwise(Algorithm.ELTWISE_MISH, 0, 0);
      case ACOS,
          ACOSH,
          ASIN,
          ASINH,
          ATAN,
          ATANH,
          CEIL,
          CELU,
          COS,
          COSH,
          ERF,
          FLOOR,
          GELU_TANH,
          IS_INF,
          IS_NAN,
          LOG,
          NOT,
          RECIPROCAL,
          ROUND,
          SELU,
          SHRINK,
          SIGN,
          SIN,
          SINH,
          SOFTPLUS,
          SOFTSIGN,
          SQRT,
          TAN,
          THRESHOLDED_RELU ->
          null;
    };
  }

  private static PostOps.@Nullable Eltwise clip(Node node, Lowering lowering) {
    float[] bounds = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
    for (int i = 0; i < 2; i++) {
      String bound = node.input(i + 1);
      TensorData data = lowering.graph.constant(bound);
      if (!bound.isEmpty() && (data == null || data.count() != 1)) {
        return null;
      }
      bounds[i] = data == null ? bounds[i] : (float) data.doubleAt(0);
    }
    return bounds[0] <= bounds[1]
        ? new PostOps.Eltwise(Algorithm.ELTWISE_CLIP, bounds[0], bounds[1])
        : null;
  }
}
