package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Layout;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import java.util.Map;
import java.util.Objects;

/** A fully connected layer on (n, c, 1, 1): {@code y = x * weights^T + bias}, (n, out, 1, 1). */
public final class Linear implements Layer {
  private final String name;
  private final int in;
  private final int out;
  private final float[] weights;
  private final float[] bias;

  /**
   * Makes a layer.
   *
   * @param weights (out, in), row by row
   * @param bias (out)
   */
  public Linear(String name, int in, int out, float[] weights, float[] bias) {
    if (weights.length != (long) in * out || bias.length != out) {
      throw new IllegalArgumentException(
          "layer %s needs %d x %d weights and %d biases, had %d and %d"
              .formatted(name, out, in, out, weights.length, bias.length));
    }
    this.name = name;
    this.in = in;
    this.out = out;
    this.weights = weights.clone();
    this.bias = bias.clone();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public OctaveOperand addTo(OctaveProgramBuilder program, OctaveOperand x) {
    Objects.requireNonNull(program, "program");
    Objects.requireNonNull(x, "x");
    Operand src = x.high();
    if (src == null
        || x.low() != null
        || x.layout() != Layout.NHWC
        || src.desc().elements() != src.desc().dim(0) * in) {
      throw new IllegalArgumentException(
          "layer %s needs (n, %d, 1, 1), was high %s, low %s".formatted(name, in, src, x.low()));
    }
    DataType type = src.desc().type();
    long n = src.desc().dim(0);
    MemoryDesc rows = MemoryDesc.of(type, FormatTag.NC, n, in);
    MemoryDesc results = MemoryDesc.of(type, FormatTag.NC, n, out);
    PrimitiveDesc desc =
        program.describe(
            new InnerProduct(
                rows,
                MemoryDesc.of(type, FormatTag.ANY, out, in),
                MemoryDesc.of(DataType.F32, FormatTag.A, out),
                results),
            PostOps.NONE);
    Operand y = program.temporary(name, Layout.NHWC, n, out, 1, 1);
    program
        .program()
        .add(
            name,
            desc,
            Map.of(
                Arg.SRC,
                src.view(rows),
                Arg.WEIGHTS,
                program.constant(name + ".weights", desc.desc(Arg.WEIGHTS), weights, out, in),
                Arg.BIAS,
                program.constant(name + ".bias", desc.desc(Arg.BIAS), bias, out),
                Arg.DST,
                y.view(results)));
    return new OctaveOperand(
        new ChannelSplit(out, 0),
        new OctaveShape(x.shape().batch(), 1, 1, 0, 0),
        Layout.NHWC,
        y,
        null);
  }
}
