package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Functions of two or more values, the smaller of which are repeated. oneDNN repeats the second one
 * only: where the first is smaller too, functions whose operands may change places still fit.
 */
final class Binaries {
  private Binaries() {}

  static boolean lower(Binary op, Node node, Lowering lowering) {
    if (!lowering.isNative(node)) {
      return false;
    }
    if (op.function() == BinaryFunction.PRELU) {
      prelu(node, lowering);
      return true;
    }
    Algorithm algorithm = algorithm(op.function());
    if (algorithm == null || isLinear(op.function(), node, lowering)) {
      return algorithm != null;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    long[] dims = lowering.dims(node.output());
    int whole = 0; // an input that is not repeated
    while (whole < inputs.size() && !Arrays.equals(lowering.dims(inputs.get(whole)), dims)) {
      whole++;
    }
    boolean ordered = algorithm == Algorithm.BINARY_SUB || algorithm == Algorithm.BINARY_DIV;
    if (whole == inputs.size() || (ordered && whole > 0)) {
      return false;
    }
    inputs.addFirst(inputs.remove(whole));
    boolean mean = op.function() == BinaryFunction.MEAN;
    Operand result = lowering.plain(inputs.getFirst());
    if (inputs.size() == 2 && !mean && fused(node, algorithm, result, inputs.get(1), lowering)) {
      return true;
    }
    for (int i = 1; i < inputs.size(); i++) {
      boolean last = i == inputs.size() - 1 && !mean;
      result = apply(node, algorithm, result, inputs.get(i), last, lowering);
    }
    if (mean || inputs.size() == 1) {
      PostOps.Eltwise part = new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, 1f / inputs.size(), 0);
      Elementwise.apply(node.name(), part, result, node.output(), lowering);
    }
    return true;
  }

  private static @Nullable Algorithm algorithm(BinaryFunction function) {
    return switch (function) {
      case ADD, SUM, MEAN -> Algorithm.BINARY_ADD;
      case SUB -> Algorithm.BINARY_SUB;
      case MUL -> Algorithm.BINARY_MUL;
      case DIV -> Algorithm.BINARY_DIV;
      case MAX -> Algorithm.BINARY_MAX;
      case MIN -> Algorithm.BINARY_MIN;
      case POW,
          MOD,
          FMOD,
          PRELU,
          AND,
          OR,
          XOR,
          EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          LESS,
          LESS_OR_EQUAL ->
          null;
    };
  }

  /** Adds {@code x * a + b} where one operand is a constant number. */
  private static boolean isLinear(BinaryFunction function, Node node, Lowering lowering) {
    if (node.inputs().size() != 2) {
      return false;
    }
    int at = number(node, 1, lowering) != null ? 1 : 0;
    TensorData data = number(node, at, lowering);
    String x = node.input(1 - at);
    boolean whole = Arrays.equals(lowering.dims(x), lowering.dims(node.output()));
    if (data == null || !whole) {
      return false;
    }
    float c = (float) data.doubleAt(0);
    PostOps.Eltwise linear =
        switch (function) {
          case ADD, SUM -> new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, 1, c);
          case MUL -> new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, c, 0);
          case SUB ->
              new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, at == 1 ? 1 : -1, at == 1 ? -c : c);
          case DIV, MEAN, MAX, MIN, POW, MOD, FMOD, PRELU -> null;
          case AND, OR, XOR, EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> null;
        };
    if (linear == null) {
      return false;
    }
    Elementwise.apply(node.name(), linear, lowering.plain(x), node.output(), lowering);
    return true;
  }

  private static @Nullable TensorData number(Node node, int input, Lowering lowering) {
    TensorData data = lowering.graph.constant(node.input(input));
    return data == null || data.count() != 1 ? null : data;
  }

  /** Adds a step that computes what is behind it as well; says whether there is such a thing. */
  private static boolean fused(
      Node node, Algorithm algorithm, Operand x, String other, Lowering lowering) {
    Operand second = repeatable(other, x, lowering);
    io.github.octconv4j.dnn.Binary operation =
        new io.github.octconv4j.dnn.Binary(algorithm, x.desc(), second.desc(), x.desc());
    Epilogue.Step step = Epilogue.of(node, operation, lowering);
    if (step.output().equals(node.output())) {
      return false;
    }
    Map<Arg, Operand> operands = new HashMap<>(step.operands());
    operands.put(Arg.SRC, x);
    operands.put(Arg.SRC_1, second);
    operands.put(Arg.DST, lowering.output(step.output(), step.desc()));
    lowering.builder.add(node.name(), step.desc(), operands);
    return true;
  }

  private static Operand apply(
      Node node, Algorithm algorithm, Operand x, String other, boolean last, Lowering lowering) {
    Operand y =
        last
            ? lowering.output(node.output(), x.desc())
            : lowering.builder.temporary(node.name(), x.desc());
    add(node.name(), algorithm, x, repeatable(other, x, lowering), y, lowering);
    return y;
  }

  /** Adds a step between operands, the second of which may be repeated. */
  static void add(
      String name, Algorithm algorithm, Operand x, Operand other, Operand y, Lowering lowering) {
    Pixels.share(
        lowering,
        List.of(y, x, other),
        some ->
            lowering.add(
                name,
                new io.github.octconv4j.dnn.Binary(
                    algorithm, some.get(1).desc(), some.get(2).desc(), some.get(0).desc()),
                Map.of(Arg.SRC, some.get(1), Arg.SRC_1, some.get(2), Arg.DST, some.get(0))));
  }

  /** A value as the second operand: in the layout of the first, or row-major and repeated. */
  private static Operand repeatable(String value, Operand x, Lowering lowering) {
    long[] dims = x.desc().dims();
    if (Arrays.equals(lowering.dims(value), dims)) {
      return lowering.in(value, Lowering.tag(x.desc()));
    }
    long[] own = lowering.dims(value);
    long[] padded = new long[dims.length];
    Arrays.fill(padded, 1);
    int lead = dims.length - own.length; // a scalar has one dimension here, as many as any has
    System.arraycopy(own, 0, padded, lead, own.length);
    return lowering.rowMajor(value).view(lowering.rows(padded));
  }

  /** {@code max(x, 0) + slope * min(x, 0)}. */
  private static void prelu(Node node, Lowering lowering) {
    Operand x = lowering.plain(node.input(0));
    Operand negative = lowering.builder.temporary(node.name(), x.desc());
    Operand scaled = lowering.builder.temporary(node.name(), x.desc());
    Operand positive = lowering.builder.temporary(node.name(), x.desc());
    Elementwise.apply(
        node.name(),
        new PostOps.Eltwise(Algorithm.ELTWISE_CLIP, Float.NEGATIVE_INFINITY, 0),
        x,
        negative,
        lowering);
    Operand slope = repeatable(node.input(1), x, lowering);
    add(node.name(), Algorithm.BINARY_MUL, negative, slope, scaled, lowering);
    Elementwise.apply(
        node.name(), new PostOps.Eltwise(Algorithm.ELTWISE_RELU, 0, 0), x, positive, lowering);
    Operand y = lowering.output(node.output(), x.desc());
    add(node.name(), Algorithm.BINARY_ADD, positive, scaled, y, lowering);
  }
}
