package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds {@code y = activation(x * weights^T + bias)} to a plan: a product for each part of the
 * input, the second of which adds to the first.
 */
final class Linear {
  private final PlanBuilder plan;
  private final String name;
  private final float[] weights;
  private final float[] bias;
  private final ChannelSplit in;
  private final int out;

  /**
   * A layer.
   *
   * @param weights (out, in), row by row, columns of the high part first
   * @param bias (out)
   */
  Linear(PlanBuilder plan, String name, float[] weights, float[] bias, ChannelSplit in, int out) {
    this.plan = plan;
    this.name = name;
    this.weights = weights;
    this.bias = bias;
    this.in = in;
    this.out = out;
  }

  /** Adds the steps; {@code x} is (n, in, 1, 1), {@code y} (n, out, 1, 1). */
  void add(OctaveOperand x, Operand y, Activation activation) {
    boolean both = in.hasBoth();
    if (in.high() > 0) {
      PostOps postOps = both ? PostOps.NONE : activation.after(PostOps.NONE);
      add(name + ".h", x.requireHigh(), columns(0, in.high()), bias, y, postOps);
    }
    if (in.low() > 0) {
      PostOps postOps = activation.after(both ? PostOps.NONE.sum() : PostOps.NONE);
      add(
          name + ".l",
          x.requireLow(),
          columns(in.high(), in.low()),
          both ? null : bias,
          y,
          postOps);
    }
  }

  private float[] columns(int first, int count) {
    if (count == in.total()) {
      return weights;
    }
    float[] columns = new float[out * count];
    for (int o = 0; o < out; o++) {
      System.arraycopy(weights, o * in.total() + first, columns, o * count, count);
    }
    return columns;
  }

  private void add(
      String step, Operand x, float[] w, float @Nullable [] b, Operand y, PostOps postOps) {
    DataType type = x.desc().type();
    long n = x.desc().dim(0);
    int columns = w.length / out;
    MemoryDesc rows = MemoryDesc.of(type, FormatTag.NC, n, columns);
    MemoryDesc results = MemoryDesc.of(type, FormatTag.NC, n, out);
    PrimitiveDesc desc =
        plan.octave()
            .describe(
                new InnerProduct(
                    rows,
                    MemoryDesc.of(type, FormatTag.ANY, out, columns),
                    b == null ? null : MemoryDesc.of(DataType.F32, FormatTag.A, out),
                    results),
                postOps);
    Map<Arg, Operand> operands = new HashMap<>();
    operands.put(Arg.SRC, x.view(rows));
    operands.put(Arg.DST, y.view(results));
    operands.put(
        Arg.WEIGHTS,
        plan.octave().constant(step + ".weights", desc.desc(Arg.WEIGHTS), w, out, columns));
    if (b != null) {
      operands.put(Arg.BIAS, plan.octave().constant(step + ".bias", desc.desc(Arg.BIAS), b, out));
    }
    plan.octave().program().add(step, desc, operands);
  }
}
