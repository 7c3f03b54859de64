package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Concat;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Granularity;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MatMul;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Reorder;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Scales and zero points: draws which there are, and computes with them. Scales are powers of two,
 * so that results stay exact.
 */
final class Quantities {
  private static final long GROUP = 32; // which oneDNN takes at least

  private final Random random;

  Quantities(Random random) {
    this.random = random;
  }

  private boolean chance(double share) {
    return random.nextDouble() < share;
  }

  Quantization draw(Operation operation) {
    boolean products =
        operation instanceof Convolution
            || operation instanceof InnerProduct
            || operation instanceof MatMul;
    MemoryDesc weights = operation.descs().get(Arg.WEIGHTS);
    if (products) {
      boolean bytes = weights.type().bytes() == 1;
      return bytes && chance(0.8) ? ofProducts(operation, weights) : Quantization.NONE;
    }
    Quantization quantization = Quantization.NONE;
    if (chance(0.6)) {
      return quantization;
    }
    if (operation instanceof Reorder reorder) {
      boolean whole = Elements.isWhole(reorder.src().type());
      int axis = random.nextInt(reorder.src().rank());
      Granularity granularity = chance(0.5) ? Granularity.TENSOR : Granularity.of(axis);
      quantization = chance(0.6) ? quantization.scale(Arg.SRC, granularity) : quantization;
      quantization = chance(0.6) ? quantization.scale(Arg.DST, granularity) : quantization;
      quantization = whole && chance(0.4) ? quantization.zeroPoint(Arg.SRC) : quantization;
      boolean toWhole = Elements.isWhole(reorder.dst().type());
      return toWhole && chance(0.4) ? quantization.zeroPoint(Arg.DST) : quantization;
    } else if (operation instanceof Binary) {
      quantization = chance(0.7) ? quantization.scale(Arg.SRC) : quantization;
      quantization = chance(0.7) ? quantization.scale(Arg.SRC_1) : quantization;
      return chance(0.2) ? quantization.scale(Arg.DST) : quantization;
    } else if (operation instanceof Concat concat) {
      for (int i = 0; i < concat.sources().size(); i++) {
        quantization = chance(0.7) ? quantization.scale(Arg.source(i)) : quantization;
      }
    }
    return quantization;
  }

  private Quantization ofProducts(Operation operation, MemoryDesc weights) {
    Quantization quantization = Quantization.NONE.narrowWeights(chance(0.5));
    DataType dst = operation.descs().get(Arg.DST).type();
    quantization = chance(0.6) ? quantization.scale(Arg.SRC) : quantization;
    quantization =
        chance(0.7)
            ? quantization.scale(Arg.WEIGHTS, ofChannels(operation, weights))
            : quantization;
    boolean bytes = dst.bytes() == 1;
    quantization = bytes && chance(0.6) ? quantization.scale(Arg.DST) : quantization;
    if (operation instanceof InnerProduct) {
      return quantization;
    }
    quantization = chance(0.3) ? quantization.zeroPoint(Arg.SRC) : quantization;
    quantization =
        operation instanceof MatMul && chance(0.1)
            ? quantization.zeroPoint(Arg.WEIGHTS)
            : quantization;
    return bytes && chance(0.4) ? quantization.zeroPoint(Arg.DST) : quantization;
  }

  private Granularity ofChannels(Operation operation, MemoryDesc weights) {
    if (chance(0.3)) {
      return Granularity.TENSOR;
    }
    if (operation instanceof MatMul) {
      int rank = weights.rank();
      long depth = weights.dim(rank - 2);
      return depth % GROUP == 0
          ? new Granularity(3 << (rank - 2), List.of(GROUP, 1L))
          : Granularity.of(rank - 1);
    }
    boolean groups =
        operation instanceof Convolution convolution && weights.rank() > convolution.src().rank();
    return groups ? Granularity.of(0, 1) : Granularity.of(0);
  }

  /** Whether an argument holds scales. */
  static boolean areScales(Attributes attributes, Arg arg) {
    return attributes.quantization().scales().keySet().stream()
        .anyMatch(of -> Arg.scales(of).equals(arg));
  }

  /** Puts what they stand for in the place of sources and weights. */
  static void dequantize(
      Operation operation, Quantization quantization, Map<Arg, double[]> values) {
    operation
        .descs()
        .forEach(
            (arg, desc) -> {
              if (arg.equals(Arg.DST)) {
                return;
              }
              double[] x = values.get(arg).clone();
              for (int i = 0; i < x.length; i++) {
                x[i] =
                    (x[i]
                            - at(
                                quantization.zeroPoints().get(arg),
                                desc,
                                values.get(Arg.zeroPoints(arg)),
                                i,
                                0))
                        * at(
                            quantization.scales().get(arg),
                            desc,
                            values.get(Arg.scales(arg)),
                            i,
                            1);
              }
              values.put(arg, x);
            });
  }

  /** What a destination gets of a result. */
  static double[] quantized(
      Operation operation, Quantization quantization, Map<Arg, double[]> values, double[] y) {
    MemoryDesc desc = operation.descs().get(Arg.DST);
    double[] q = y.clone();
    for (int i = 0; i < y.length; i++) {
      q[i] =
          y[i] / at(quantization.scales().get(Arg.DST), desc, values.get(Arg.scales(Arg.DST)), i, 1)
              + at(
                  quantization.zeroPoints().get(Arg.DST),
                  desc,
                  values.get(Arg.zeroPoints(Arg.DST)),
                  i,
                  0);
    }
    return q;
  }

  /** The scale or zero point of an element. */
  private static double at(
      Granularity granularity, MemoryDesc desc, double[] row, int index, double otherwise) {
    if (granularity == null) {
      return otherwise;
    }
    long rest = index;
    long place = 0;
    long step = 1;
    int rank = desc.rank();
    for (int d = rank - 1; d >= 0; d--) {
      long position = rest % desc.dim(d);
      rest /= desc.dim(d);
      if ((granularity.mask() & 1 << d) != 0) {
        boolean grouped = !granularity.groups().isEmpty() && d >= rank - 2;
        long group = grouped ? granularity.groups().get(d - rank + 2) : 1;
        place += position / group * step;
        step *= desc.dim(d) / group;
      }
    }
    return row[(int) place];
  }
}
