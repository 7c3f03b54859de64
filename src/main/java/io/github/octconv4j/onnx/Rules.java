package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.ArgReduce;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.CumSum;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.DynamicQuantizeLinear;
import io.github.octconv4j.graph.Expand;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GroupNormalization;
import io.github.octconv4j.graph.LayerNormalization;
import io.github.octconv4j.graph.Lrn;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.NonMaxSuppression;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.QuantizedMatMul;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TopK;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Where;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** For each operator of ONNX how it becomes operations of a graph, in all versions of its set. */
final class Rules {
  private static final Map<String, Rule> ALL = new HashMap<>();

  /** Translates a node. */
  interface Rule {
    void translate(Call call) throws UnsupportedException, IOException;
  }

  private Rules() {}

  static @Nullable Rule of(String operator) {
    return ALL.get(operator);
  }

  /** The operators that can be read. */
  static Set<String> operators() {
    return new TreeSet<>(ALL.keySet());
  }

  static {
    for (UnaryFunction function : UnaryFunction.values()) {
      ALL.put(function.onnxName(), call -> unary(call, function));
    }
    ALL.put(
        "Gelu",
        call ->
            call.emit(
                Unary.of(
                    call.text("approximate", "none").equals("tanh")
                        ? UnaryFunction.GELU_TANH
                        : UnaryFunction.GELU)));
    for (BinaryFunction function : BinaryFunction.values()) {
      ALL.put(function.onnxName(), call -> binary(call, function));
    }
    ALL.put(
        "Mod",
        call ->
            call.emit(
                new Binary(call.flag("fmod", false) ? BinaryFunction.FMOD : BinaryFunction.MOD)));
    for (Reduction reduction : Reduction.values()) {
      ALL.put(reduction.onnxName(), call -> reduce(call, reduction));
    }
    ALL.put("Where", call -> call.emit(new Where()));
    ALL.put("Clip", Rules::clip);
    ALL.put("Cast", Rules::cast);
    ALL.put(
        "CastLike",
        call -> {
          call.ignore("saturate", "round_mode");
          call.last(new Cast(call.type(1).element()), call.input(0));
        });
    ALL.put("PRelu", Rules::prelu);
    WindowRules.addTo(ALL);
    ALL.put("MatMul", call -> call.emit(new MatMul()));
    ALL.put("MatMulInteger", call -> call.emit(new QuantizedMatMul(false)));
    ALL.put("QLinearMatMul", call -> call.emit(new QuantizedMatMul(true)));
    ALL.put("Gemm", Rules::gemm);
    ALL.put("BatchNormalization", Rules::batchNormalization);
    ALL.put(
        "InstanceNormalization",
        call -> {
          call.ignore("consumed_inputs");
          call.emit(new GroupNormalization(0, call.real("epsilon", 1e-5f)));
        });
    ALL.put("GroupNormalization", Rules::groupNormalization);
    ALL.put(
        "LayerNormalization",
        call -> {
          call.ignore("stash_type");
          call.emit(new LayerNormalization(call.integer("axis", -1), call.real("epsilon", 1e-5f)));
        });
    ALL.put("MeanVarianceNormalization", Rules::meanVarianceNormalization);
    ALL.put("RMSNormalization", Rules::rmsNormalization);
    ALL.put("LpNormalization", Rules::lpNormalization);
    ALL.put(
        "LRN",
        call ->
            call.emit(
                new Lrn(
                    call.integer("size", 0),
                    call.real("alpha", 1e-4f),
                    call.real("beta", 0.75f),
                    call.real("bias", 1))));
    ALL.put("Softmax", call -> softmax(call, SoftmaxKind.SOFTMAX));
    ALL.put("LogSoftmax", call -> softmax(call, SoftmaxKind.LOG_SOFTMAX));
    ALL.put("Hardmax", call -> softmax(call, SoftmaxKind.HARDMAX));
    ALL.put("ArgMax", call -> arg(call, true));
    ALL.put("ArgMin", call -> arg(call, false));
    ALL.put(
        "CumSum",
        call -> call.emit(new CumSum(call.flag("exclusive", false), call.flag("reverse", false))));
    ALL.put("TopK", Rules::topK);
    ShapeRules.addTo(ALL);
    CompositeRules.addTo(ALL);
    RecurrentRules.addTo(ALL);
    FlowRules.addTo(ALL);
    ALL.put(
        "NonMaxSuppression",
        call -> call.emit(new NonMaxSuppression(call.flag("center_point_box", false))));
    ALL.put("QuantizeLinear", Rules::quantize);
    ALL.put(
        "DequantizeLinear",
        call -> {
          if (call.integer("output_dtype", 0) != 0) {
            throw new UnsupportedException("attribute output_dtype of DequantizeLinear");
          }
          call.emit(
              new DequantizeLinear(
                  call.version() < 13 ? 0 : call.integer("axis", 1),
                  call.integer("block_size", 0)));
        });
    ALL.put("DynamicQuantizeLinear", call -> call.emit(new DynamicQuantizeLinear()));
  }

  private static void unary(Call call, UnaryFunction function) throws UnsupportedException {
    call.ignore("consumed_inputs");
    float[] values = new float[2];
    Unary defaults = Unary.of(function);
    for (int i = 0; i < function.parameters().size(); i++) {
      float otherwise = i == 0 ? defaults.alpha() : defaults.beta();
      String parameter = function.parameters().get(i);
      values[i] =
          function == UnaryFunction.IS_INF
              ? call.integer(parameter, (long) otherwise)
              : call.real(parameter, otherwise);
    }
    call.emit(new Unary(function, values[0], values[1]));
  }

  private static void binary(Call call, BinaryFunction function) throws UnsupportedException {
    call.ignore("consumed_inputs");
    List<String> inputs = call.inputs();
    if (call.version() < 7 && call.flag("broadcast", false) && call.has("axis")) {
      int rank = call.rank(0);
      int second = call.rank(1);
      if (rank < 0 || second < 0) {
        throw new UnsupportedException(
            String.format(
                Locale.ROOT, "attribute axis of %s before operator set 7", call.operator()));
      }
      long axis = call.integer("axis", 0);
      long first = axis < 0 ? axis + rank : axis;
      if (first + second < rank) {
        long[] axes = LongStream.range(second, rank - first).toArray();
        inputs = call.withInput(1, call.step(new Unsqueeze(), call.input(1), call.longs(axes)));
      }
    }
    call.emit(new Binary(function), inputs);
  }

  /** The axes, which were an attribute once. */
  static List<String> axes(Call call) throws UnsupportedException {
    return call.has("axes") ? call.withInput(1, call.longs(call.longs("axes"))) : call.inputs();
  }

  private static void reduce(Call call, Reduction reduction) throws UnsupportedException {
    call.emit(
        new Reduce(
            reduction, call.flag("keepdims", true), call.flag("noop_with_empty_axes", false)),
        axes(call));
  }

  private static void clip(Call call) throws UnsupportedException {
    call.ignore("consumed_inputs");
    if (call.version() >= 11) {
      call.emit(new Clip());
      return;
    }
    List<String> inputs = new ArrayList<>(List.of(call.input(0)));
    for (String bound : List.of("min", "max")) {
      String value = "";
      if (call.has(bound)) {
        TensorData number = TensorData.of(new float[] {call.real(bound, 0)});
        value = call.constant(number);
        if (call.type(0).element() != number.element()) {
          value = call.step(new Cast(call.type(0).element()), value);
        }
      }
      inputs.add(value);
    }
    call.emit(new Clip(), inputs);
  }

  private static void cast(Call call) throws UnsupportedException {
    call.ignore("saturate", "round_mode");
    if (call.version() < 6) {
      throw new UnsupportedException(
          String.format(Locale.ROOT, "operator Cast of operator set %d", call.version()));
    }
    call.emit(new Cast(Elements.of(call.integer("to", 0))));
  }

  /** Before set 7 a list of slopes was for the channels. */
  private static void prelu(Call call) throws UnsupportedException {
    call.ignore("consumed_inputs");
    List<String> inputs = call.inputs();
    int rank = call.version() < 7 ? call.rank(0) : 0;
    if (rank < 0) {
      throw new UnsupportedException("PRelu before operator set 7 of unknown shape");
    }
    if (rank > 2 && call.rank(1) == 1) {
      long[] axes = LongStream.range(1, rank - 1).toArray();
      inputs = call.withInput(1, call.step(new Unsqueeze(), call.input(1), call.longs(axes)));
    }
    call.emit(new Binary(BinaryFunction.PRELU), inputs);
  }

  private static void gemm(Call call) throws UnsupportedException {
    call.ignore("broadcast");
    call.emit(
        new Gemm(
            call.real("alpha", 1),
            call.real("beta", 1),
            call.flag("transA", false),
            call.flag("transB", false)));
  }

  private static void batchNormalization(Call call) throws UnsupportedException {
    call.ignore("consumed_inputs", "is_test");
    if (!call.flag("spatial", true)) {
      throw new UnsupportedException("attribute spatial=0 of BatchNormalization");
    }
    BatchNormalization op =
        new BatchNormalization(
            call.real("epsilon", 1e-5f),
            call.real("momentum", 0.9f),
            call.flag("training_mode", false));
    if (op.training()) {
      call.emit(op);
    } else { // the other outputs of old sets are for training
      call.last(op, call.inputs().toArray(String[]::new));
    }
  }

  private static void groupNormalization(Call call) throws UnsupportedException {
    call.ignore("stash_type");
    long groups = call.integer("num_groups", 0);
    List<String> inputs = new ArrayList<>(call.inputs());
    if (call.version() < 21 && groups > 0) { // scale and bias were for groups
      List<Dim> dims = call.type(0).dims();
      if (dims == null || dims.size() < 2 || !dims.get(1).isKnown()) {
        throw new UnsupportedException(
            "GroupNormalization before operator set 21 of unknown channels");
      }
      long channels = dims.get(1).size();
      for (int i = 1; i < 3; i++) {
        String column = call.step(new Unsqueeze(), call.input(i), call.longs(1));
        String wide = call.step(new Expand(), column, call.longs(groups, channels / groups));
        inputs.set(i, call.step(new Reshape(false), wide, call.longs(-1)));
      }
    }
    call.emit(new GroupNormalization(groups, call.real("epsilon", 1e-5f)), inputs);
  }

  /** As ONNX defines it: (x - mean) / sqrt(mean of squares - square of mean + 1e-9). */
  private static void meanVarianceNormalization(Call call) throws UnsupportedException {
    long[] given = call.longs("axes");
    String axes = call.longs(given.length == 0 ? new long[] {0, 2, 3} : given);
    Reduce mean = new Reduce(Reduction.MEAN, true, false);
    Binary multiply = new Binary(BinaryFunction.MUL);
    String x = call.input(0);
    String centered = call.step(new Binary(BinaryFunction.SUB), x, call.step(mean, x, axes));
    String variance = call.step(mean, call.step(multiply, centered, centered), axes);
    String tiny = call.constant(TensorData.of(new float[] {1e-9f}));
    String deviation =
        call.step(
            Unary.of(UnaryFunction.SQRT),
            call.step(
                new Binary(BinaryFunction.ADD),
                variance,
                call.step(new Cast(call.type(0).element()), tiny)));
    call.last(new Binary(BinaryFunction.DIV), centered, deviation);
  }

  /** x over the root of the mean of squares along the last axes, scaled. */
  private static void rmsNormalization(Call call) throws UnsupportedException {
    call.ignore("stash_type");
    long first = call.integer("axis", -1);
    int rank = call.rank(0);
    if (rank < 0 && first >= 0) {
      throw new UnsupportedException("RMSNormalization of unknown rank");
    }
    String axes = call.longs(LongStream.range(first, first < 0 ? 0 : rank).toArray());
    Binary multiply = new Binary(BinaryFunction.MUL);
    String x = call.input(0);
    String squares =
        call.step(new Reduce(Reduction.MEAN, true, false), call.step(multiply, x, x), axes);
    String epsilon = call.constant(TensorData.of(new float[] {call.real("epsilon", 1e-5f)}));
    String root =
        call.step(
            Unary.of(UnaryFunction.SQRT),
            call.step(
                new Binary(BinaryFunction.ADD),
                squares,
                call.step(new Cast(call.type(0).element()), epsilon)));
    call.last(multiply, call.step(new Binary(BinaryFunction.DIV), x, root), call.input(1));
  }

  /** x over its length along an axis; nothing where that is 0. */
  private static void lpNormalization(Call call) throws UnsupportedException {
    long p = call.integer("p", 2);
    if (p != 1 && p != 2) {
      throw new UnsupportedException("attribute p=" + p + " of LpNormalization");
    }
    Reduce length = new Reduce(p == 1 ? Reduction.L1 : Reduction.L2, true, false);
    String x = call.input(0);
    String lengths = call.step(length, x, call.longs(call.integer("axis", -1)));
    String zero =
        call.step(new Cast(call.type(0).element()), call.constant(TensorData.of(new float[] {0})));
    call.last(
        new Where(),
        call.step(new Binary(BinaryFunction.EQUAL), lengths, zero),
        zero,
        call.step(new Binary(BinaryFunction.DIV), x, lengths));
  }

  /** Before set 13 all axes from one on were taken together. */
  private static void softmax(Call call, SoftmaxKind kind) throws UnsupportedException {
    boolean together = call.version() < 13;
    long axis = call.integer("axis", together ? 1 : -1);
    int rank = call.rank(0);
    if (!together || axis == -1 || axis == rank - 1) {
      call.emit(new Softmax(kind, axis));
      return;
    }
    String shape = call.step(Shape.all(), call.input(0));
    String flat = call.step(new Flatten(axis), call.input(0));
    call.last(new Reshape(false), call.step(new Softmax(kind, 1), flat), shape);
  }

  private static void arg(Call call, boolean largest) throws UnsupportedException {
    call.emit(
        new ArgReduce(
            largest,
            call.integer("axis", 0),
            call.flag("keepdims", true),
            call.flag("select_last_index", false)));
  }

  private static void topK(Call call) throws UnsupportedException {
    List<String> inputs =
        call.has("k") ? call.withInput(1, call.longs(call.integer("k", 0))) : call.inputs();
    call.emit(
        new TopK(call.integer("axis", -1), call.flag("largest", true), call.flag("sorted", true)),
        inputs);
  }

  private static void quantize(Call call) throws UnsupportedException {
    call.ignore("saturate", "precision");
    long type = call.integer("output_dtype", 0);
    call.emit(
        new QuantizeLinear(
            call.version() < 13 ? 0 : call.integer("axis", 1),
            call.integer("block_size", 0),
            type == 0 ? ElementType.U8 : Elements.of(type)));
  }
}
