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
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds {@code y = activation(x * weights^T + bias)} to a plan: a product for each part of the
 * input, the second of which adds to the first.
 */
final class Linear {
  private static final long SMALLEST_SHARED = 1 << 18; // weights of a layer that threads share
  private static final int BLOCK = 16; // outputs that a kernel computes at once

  private final PlanBuilder plan;
  private final List<?> key;
  private final String name;
  private final float[] weights;
  private final float[] bias;
  private final ChannelSplit in;
  private final int out;

  /**
   * A layer.
   *
   * @param key what the weights are: the layer's name, and which of its tensors or parts of them
   * @param name prefix of the steps' names
   * @param weights (out, in), row by row, columns of the high part first
   * @param bias (out)
   */
  Linear(
      PlanBuilder plan,
      List<?> key,
      String name,
      float[] weights,
      float[] bias,
      ChannelSplit in,
      int out) {
    this.plan = plan;
    this.key = key;
    this.name = name;
    this.weights = weights;
    this.bias = bias;
    this.in = in;
    this.out = out;
  }

  /** Adds the steps; {@code x} is (n, in, 1, 1), {@code y} (n, out, 1, 1). */
  void add(OctaveOperand x, Operand y, Activation activation) {
    int threads = plan.octave().threads();
    boolean shared =
        threads > 1 && x.shape().batch() == 1 && (long) in.total() * out >= SMALLEST_SHARED;
    if (!shared) {
      addOutputs("", 0, out, x, y, activation);
      return;
    }
    long blocks = out / BLOCK; // the last thread has what is left
    plan.octave()
        .program()
        .sideBySide(
            threads,
            lane -> {
              int first = (int) (blocks * lane / threads * BLOCK);
              int end = lane == threads - 1 ? out : (int) (blocks * (lane + 1) / threads * BLOCK);
              if (end > first) {
                addOutputs(".out" + first, first, end - first, x, y, activation);
              }
            });
  }

  /** Adds some of the outputs; of several images all. */
  private void addOutputs(
      String part, int first, int count, OctaveOperand x, Operand y, Activation activation) {
    boolean both = in.hasBoth();
    DataType type = y.desc().type();
    MemoryDesc some = MemoryDesc.of(type, FormatTag.NC, x.shape().batch(), count);
    Operand results = y.view((long) first * type.bytes(), some);
    float[] shifts = Arrays.copyOfRange(bias, first, first + count);
    if (in.high() > 0) {
      PostOps postOps = both ? PostOps.NONE : activation.after(PostOps.NONE);
      float[] w = block(first, count, 0, in.high());
      List<?> block = List.of(key, Frequency.HIGH, first, count);
      add(block, name + part + ".h", x.requireHigh(), w, shifts, results, postOps);
    }
    if (in.low() > 0) {
      PostOps postOps = activation.after(both ? PostOps.NONE.sum() : PostOps.NONE);
      float[] w = block(first, count, in.high(), in.low());
      List<?> block = List.of(key, Frequency.LOW, first, count);
      add(block, name + part + ".l", x.requireLow(), w, both ? null : shifts, results, postOps);
    }
  }

  private float[] block(int firstRow, int rows, int firstColumn, int columns) {
    if (rows == out && columns == in.total()) {
      return weights;
    }
    float[] block = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      int from = (firstRow + row) * in.total() + firstColumn;
      System.arraycopy(weights, from, block, row * columns, columns);
    }
    return block;
  }

  private void add(
      List<?> block,
      String step,
      Operand x,
      float[] w,
      float @Nullable [] b,
      Operand y,
      PostOps postOps) {
    DataType type = x.desc().type();
    long n = x.desc().dim(0);
    int count = Math.toIntExact(y.desc().dim(1));
    int columns = w.length / count;
    MemoryDesc rows = MemoryDesc.of(type, FormatTag.NC, n, columns);
    PrimitiveDesc desc =
        plan.octave()
            .describe(
                new InnerProduct(
                    rows,
                    MemoryDesc.of(type, FormatTag.ANY, count, columns),
                    b == null ? null : MemoryDesc.of(DataType.F32, FormatTag.A, count),
                    y.desc()),
                postOps);
    Map<Arg, Operand> operands = new HashMap<>();
    operands.put(Arg.SRC, x.view(rows));
    operands.put(Arg.DST, y);
    operands.put(
        Arg.WEIGHTS,
        plan.octave()
            .constant(
                List.of(block, Arg.WEIGHTS),
                step + ".weights",
                desc.desc(Arg.WEIGHTS),
                w,
                count,
                columns));
    if (b != null) {
      operands.put(
          Arg.BIAS,
          plan.octave()
              .constant(List.of(block, Arg.BIAS), step + ".bias", desc.desc(Arg.BIAS), b, count));
    }
    plan.octave().program().add(step, desc, operands);
  }
}
