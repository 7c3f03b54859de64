package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Granularity;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions and products of whole numbers. What is added is a post-op: of the memory that is
 * written where that may be, with the scale of its own; another value knows no scale, and
 * everything is computed in units of that one's.
 */
final class IntegerProducts {
  private static final int SOURCE = 0;
  private static final int WEIGHTS = 1;
  private static final int BIAS = 2;
  private static final int HALF = 128;

  private final Quantized op;
  private final Node node;
  private final Lowering lowering;
  private final int standing; // the operand that stands where the result is written; 0 for none
  private final int beside; // the operand that is added from elsewhere; 0 for none
  private final double unit; // in which the result is computed: the scale of that one, or 1
  private Quantization quantization = Quantization.NONE;
  private final Map<Arg, Operand> operands = new HashMap<>();

  private IntegerProducts(Quantized op, Node node, Lowering lowering) {
    this.op = op;
    this.node = node;
    this.lowering = lowering;
    this.standing = standing();
    this.beside = beside();
    this.unit = beside == 0 ? 1 : number(op.input(beside) + 1, 1);
  }

  static boolean lower(Quantized op, Node node, Lowering lowering) {
    IntegerProducts product = new IntegerProducts(op, node, lowering);
    return product.fits()
        && (op.op() instanceof Conv conv ? product.convolution(conv) : product.matrices());
  }

  /** The operand that is added in place: one that nobody else needs, and else one of two. */
  private int standing() {
    int found = 0;
    for (int i = op.operands(); i < op.all(); i++) {
      if (found == 0 && lowering.isLast(node.input(op.input(i)), node)) {
        found = i;
      }
    }
    return found == 0 && op.added() > 1 ? op.operands() : found;
  }

  private int beside() {
    for (int i = op.operands(); i < op.all(); i++) {
      if (i != standing) {
        return i;
      }
    }
    return 0;
  }

  private boolean fits() {
    if (op.added() > 2) {
      return false;
    }
    for (int i = 0; i < op.operands(); i++) {
      String value = node.input(op.input(i));
      boolean typed =
          i == BIAS ? lowering.graph.constant(value) != null : Storage.isByte(lowering.type(value));
      if (!typed) {
        return false;
      }
    }
    return Storage.isWhole(lowering.type(node.output())) || lowering.isNative(node.output());
  }

  private boolean convolution(Conv conv) {
    long[] x = lowering.dims(node.input(op.input(SOURCE)));
    long[] w = lowering.dims(node.input(op.input(WEIGHTS)));
    List<WindowAxis> axes =
        x.length > 5 || x.length < 3
            ? List.of()
            : conv.window().axes(Convolutions.spatial(x), Convolutions.spatial(w));
    if (axes.isEmpty() || !Windows.fit(axes)) {
      return false;
    }
    if (!node.input(op.input(WEIGHTS) + 2).isEmpty()
        || lowering.type(node.input(op.input(WEIGHTS))).element() != ElementType.I8) {
      return FloatSums.lower(op, conv, node, lowering);
    }
    FormatTag tag = FormatTag.channelsLast(x.length);
    long[] dims = conv.group() == 1 ? w : Convolutions.grouped(w, conv.group());
    MemoryDesc weights = MemoryDesc.of(DataType.S8, FormatTag.rowMajor(dims.length), dims);
    Operand source = lowering.in(node.input(op.input(SOURCE)), tag);
    Convolution convolution =
        new Convolution(
            source.desc(),
            weights.any(),
            op.operands() > BIAS ? Storage.rowMajor(w[0]) : null,
            MemoryDesc.of(result(), tag, lowering.dims(node.output())),
            Windows.of(axes));
    quantize(conv.group() == 1 ? Granularity.of(0) : Granularity.of(0, 1), true);
    addBias(w[0], w[0]);
    return finish(convolution, source, tag, weights);
  }

  private boolean matrices() {
    long[] x = lowering.dims(node.input(op.input(SOURCE)));
    long[] w = lowering.dims(node.input(op.input(WEIGHTS)));
    long[] y = lowering.dims(node.output());
    if (x.length < 2 || w.length < 2 || (w.length > 2 && w.length != x.length)) {
      return false;
    }
    long[] flat = y.clone();
    long[] from = x.clone();
    if (w.length == 2) { // all rows at once
      from = new long[] {rows(x), x[x.length - 1]};
      flat = new long[] {from[0], y[y.length - 1]};
    }
    for (int d = 0; d < flat.length - 2; d++) {
      if (w.length > 2 && (from[d] != flat[d] || (w[d] != flat[d] && w[d] != 1))) {
        return false;
      }
    }
    int rank = flat.length;
    FormatTag tag = FormatTag.rowMajor(rank);
    boolean turned = op.op() instanceof Gemm gemm && gemm.transposeB();
    long[] dims = turned ? new long[] {w[1], w[0]} : w;
    MemoryDesc weights =
        MemoryDesc.of(DataType.S8, turned ? FormatTag.BA : FormatTag.rowMajor(rank), dims);
    long[] row = new long[rank];
    Arrays.fill(row, 1);
    row[rank - 1] = flat[rank - 1];
    Operand given = lowering.rowMajor(node.input(op.input(SOURCE)));
    Operand source = given.view(MemoryDesc.of(given.desc().type(), tag, from));
    io.github.octconv4j.dnn.MatMul product =
        new io.github.octconv4j.dnn.MatMul(
            source.desc(),
            weights.any(),
            op.operands() > BIAS ? Storage.rowMajor(row) : null,
            MemoryDesc.of(result(), tag, flat));
    quantize(Granularity.of(rank - 1), false);
    addBias(row[rank - 1], row);
    return finish(product, source, tag, weights);
  }

  private static long rows(long[] dims) {
    return Arrays.stream(dims).limit(dims.length - 1L).reduce(1, Math::multiplyExact);
  }

  private DataType result() {
    return Storage.dataType(lowering.type(node.output()));
  }

  /** Says which scales and zero points there are. */
  private void quantize(Granularity channels, boolean constantWeights) {
    String scale = node.input(op.input(SOURCE) + 1);
    if (!scale.isEmpty()) {
      quantization = quantization.scale(Arg.SRC);
      operands.put(Arg.scales(Arg.SRC), Integers.row(scale, DataType.F32, lowering));
    }
    addZero(Arg.SRC, node.input(op.input(SOURCE) + 2));
    String weightScale = node.input(op.input(WEIGHTS) + 1);
    if (!weightScale.isEmpty() || unit != 1) {
      TensorData data = lowering.graph.constant(weightScale);
      boolean known = data != null || weightScale.isEmpty();
      double[] scales = data == null ? new double[] {1} : data.toDoubles();
      for (int i = 0; i < scales.length; i++) {
        scales[i] /= unit;
      }
      Operand row =
          known
              ? Integers.row(node.name() + "/scale", scales, DataType.F32, lowering)
              : Integers.row(weightScale, DataType.F32, lowering);
      quantization =
          quantization.scale(Arg.WEIGHTS, row.desc().dim(0) == 1 ? Granularity.TENSOR : channels);
      operands.put(Arg.scales(Arg.WEIGHTS), row);
    }
    if (!constantWeights) {
      addWeightZero();
    }
    int last = op.input(op.all());
    boolean rounded = op.to() == ElementType.U8 || op.to() == ElementType.I8;
    if (rounded && (!node.input(last).isEmpty() || unit != 1)) {
      boolean known = unit != 1 || lowering.graph.constant(node.input(last)) != null;
      quantization = quantization.scale(Arg.DST);
      operands.put(
          Arg.scales(Arg.DST),
          known
              ? Integers.row(
                  node.name() + "/result",
                  new double[] {number(last, 1) / unit},
                  DataType.F32,
                  lowering)
              : Integers.row(node.input(last), DataType.F32, lowering));
      addZero(Arg.DST, node.input(last + 1));
    }
  }

  /** The zero point of weights, which are less by 128 where they were U8. */
  private void addWeightZero() {
    String zero = node.input(op.input(WEIGHTS) + 2);
    if (lowering.type(node.input(op.input(WEIGHTS))).element() == ElementType.I8) {
      addZero(Arg.WEIGHTS, zero);
      return;
    }
    Operand half = Integers.row(node.name() + "/half", new double[] {HALF}, DataType.S32, lowering);
    Operand less;
    if (zero.isEmpty()) {
      less = Integers.row(node.name() + "/zero", new double[] {-HALF}, DataType.S32, lowering);
    } else {
      Operand given = Integers.row(zero, DataType.S32, lowering);
      less = lowering.builder.temporary(zero, given.desc());
      Integers.copyFromZero(node.name(), given, less, half, lowering);
    }
    quantization = quantization.zeroPoint(Arg.WEIGHTS);
    operands.put(Arg.zeroPoints(Arg.WEIGHTS), less);
  }

  private void addZero(Arg arg, String zero) {
    TensorData data = lowering.graph.constant(zero);
    boolean none = zero.isEmpty() || (data != null && data.count() == 1 && data.longAt(0) == 0);
    if (!none) {
      quantization = quantization.zeroPoint(arg);
      operands.put(Arg.zeroPoints(arg), Integers.row(zero, DataType.S32, lowering));
    }
  }

  /** The bias in the unit of the result, less the zero point of what is added from elsewhere. */
  private void addBias(long count, long... dims) {
    if (op.operands() <= BIAS) {
      return;
    }
    int at = op.input(BIAS);
    TensorData bias = Objects.requireNonNull(lowering.graph.constant(node.input(at)));
    TensorData scale = lowering.graph.constant(node.input(at + 1));
    TensorData zero = lowering.graph.constant(node.input(at + 2));
    double shift = shift();
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      double meant = (at(bias, i, 0) - at(zero, i, 0)) * at(scale, i, 1);
      values[i] = (float) (meant / unit - shift);
    }
    operands.put(Arg.BIAS, lowering.constant(node.name() + "/bias", values, dims));
  }

  /** The zero point of what is added from elsewhere. */
  private double shift() {
    return beside == 0 ? 0 : number(op.input(beside) + 2, 0);
  }

  private static double at(@Nullable TensorData row, int index, double otherwise) {
    return row == null ? otherwise : row.doubleAt(row.count() == 1 ? 0 : index);
  }

  private double number(int input, double otherwise) {
    return at(lowering.graph.constant(node.input(input)), 0, otherwise);
  }

  /** A value that is added, as the result lies. */
  private Operand summand(int operand, MemoryDesc dst, FormatTag tag) {
    String value = node.input(op.input(operand));
    if (lowering.dims(value).length == dst.rank()) {
      return lowering.in(value, tag);
    }
    Operand rows = lowering.rowMajor(value);
    return rows.view(MemoryDesc.of(rows.desc().type(), tag, dst.dims()));
  }

  private PostOps postOps(MemoryDesc dst, FormatTag tag) {
    PostOps postOps = PostOps.NONE;
    if (standing != 0) {
      int at = op.input(standing);
      float scale = (float) (number(at + 1, 1) / unit);
      DataType type = Storage.dataType(lowering.type(node.input(at)));
      postOps = postOps.and(new PostOps.Sum(scale, (int) number(at + 2, 0), type));
    }
    if (beside != 0) {
      Operand added = summand(beside, dst, tag);
      operands.put(Arg.postOp(postOps.list().size()), added);
      postOps = postOps.and(new PostOps.Binary(Algorithm.BINARY_ADD, added.desc()));
      double shift = operands.containsKey(Arg.BIAS) ? 0 : shift();
      if (shift != 0) {
        postOps = postOps.and(new PostOps.Eltwise(Algorithm.ELTWISE_LINEAR, 1, (float) -shift));
      }
    }
    float low = (float) (op.low() / unit);
    float high = (float) (op.high() / unit);
    if (low == 0 && high == Float.POSITIVE_INFINITY) {
      return postOps.relu();
    }
    return low == Float.NEGATIVE_INFINITY && high == Float.POSITIVE_INFINITY
        ? postOps
        : postOps.and(new PostOps.Eltwise(Algorithm.ELTWISE_CLIP, low, high));
  }

  private boolean finish(Operation operation, Operand source, FormatTag tag, MemoryDesc weights) {
    MemoryDesc dst = Objects.requireNonNull(operation.descs().get(Arg.DST));
    TensorData data = lowering.graph.constant(node.input(op.input(WEIGHTS)));
    boolean narrow =
        CpuIsa.addsBytesShort()
            && data != null
            && data.element() == ElementType.I8
            && Integers.isNarrow(data);
    PostOps postOps = postOps(dst, tag);
    PrimitiveDesc desc;
    try {
      desc =
          lowering.builder.describe(
              operation,
              new Attributes(
                  postOps, lowering.attributes.fpMath(), quantization.narrowWeights(narrow)));
    } catch (DnnException e) {
      if (e.status() == Status.UNIMPLEMENTED) {
        return false;
      }
      throw e;
    }
    operands.put(Arg.SRC, source);
    operands.put(Arg.WEIGHTS, weights(data, weights, desc.desc(Arg.WEIGHTS)));
    operands.put(Arg.DST, standing == 0 ? written(dst) : summed(dst, tag));
    lowering.builder.add(node.name(), desc, operands);
    return true;
  }

  /** New memory for the result. */
  private Operand written(MemoryDesc dst) {
    return lowering.output(node.output(), whole(dst)).view(dst);
  }

  /** The memory of the value that is added in place, or a copy of it where others need it. */
  private Operand summed(MemoryDesc dst, FormatTag tag) {
    Operand stands = summand(standing, dst, tag);
    if (lowering.isLast(node.input(op.input(standing)), node)) {
      lowering.define(node.output(), stands.view(whole(dst)));
      return stands.view(dst);
    }
    Operand y = written(dst);
    lowering.copy(node.name(), stands, y.view(stands.desc()));
    return y;
  }

  /** The destination with all dimensions that the value has. */
  private MemoryDesc whole(MemoryDesc dst) {
    long[] dims = lowering.dims(node.output());
    return dims.length == dst.rank() ? dst : Storage.of(lowering.type(node.output()));
  }

  private Operand weights(@Nullable TensorData data, MemoryDesc given, MemoryDesc wanted) {
    String name = node.input(op.input(WEIGHTS));
    if (data != null && data.element() == ElementType.I8) {
      return lowering.constant(name, data, "bytes " + given.layout(), given, wanted);
    }
    Operand bytes = lowering.rowMajor(name);
    FormatTag tag =
        given.rank() == 2 && given.has(FormatTag.BA) ? FormatTag.BA : Lowering.tag(given);
    if (bytes.desc().type() == DataType.U8) {
      Operand half =
          Integers.row(node.name() + "/half", new double[] {HALF}, DataType.S32, lowering);
      Operand less = lowering.builder.temporary(name, Storage.as(bytes.desc(), DataType.S8));
      Integers.copyFromZero(node.name(), bytes, less, half, lowering);
      bytes = less;
    }
    return lowering.as(name, bytes.view(MemoryDesc.of(DataType.S8, tag, given.dims())), wanted);
  }
}
