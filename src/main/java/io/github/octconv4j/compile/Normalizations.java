package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.TensorData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Batch normalization that stays, as a product and a sum for each channel, and softmax. */
final class Normalizations {
  private Normalizations() {}

  static boolean batch(BatchNormalization op, Node node, Lowering lowering) {
    if (op.training() || !lowering.isNative(node)) {
      return false;
    }
    TensorData[] parameters = new TensorData[4]; // scale, shift, mean, variance
    for (int i = 0; i < 4; i++) {
      TensorData data = lowering.graph.constant(node.input(i + 1));
      if (data == null) {
        return false;
      }
      parameters[i] = data;
    }
    Operand x = lowering.plain(node.input(0));
    int channels = Math.toIntExact(x.desc().dim(1));
    float[] factors = new float[channels];
    float[] shifts = new float[channels];
    for (int c = 0; c < channels; c++) {
      double factor =
          parameters[0].doubleAt(c) / Math.sqrt(parameters[3].doubleAt(c) + op.epsilon());
      factors[c] = (float) factor;
      shifts[c] = (float) (parameters[1].doubleAt(c) - parameters[2].doubleAt(c) * factor);
    }
    long[] dims = new long[x.desc().rank()];
    Arrays.fill(dims, 1);
    dims[1] = channels;
    Operand scaled = lowering.builder.temporary(node.name(), x.desc());
    Operand factor = lowering.constant(node.name() + "/factor", factors, dims);
    Binaries.add(node.name(), Algorithm.BINARY_MUL, x, factor, scaled, lowering);
    Operand shift = lowering.constant(node.name() + "/shift", shifts, dims);
    Binary sum = new Binary(Algorithm.BINARY_ADD, scaled.desc(), shift.desc(), x.desc());
    Epilogue.Step step = Epilogue.of(node, sum, lowering);
    Map<Arg, Operand> operands = new HashMap<>(step.operands());
    operands.put(Arg.SRC, scaled);
    operands.put(Arg.SRC_1, shift);
    operands.put(Arg.DST, lowering.output(step.output(), step.desc()));
    lowering.builder.add(node.name(), step.desc(), operands);
    return true;
  }

  static boolean softmax(Softmax op, Node node, Lowering lowering) {
    if (op.kind() != SoftmaxKind.SOFTMAX || !lowering.isNative(node)) {
      return false;
    }
    Operand x = lowering.rowMajor(node.input(0));
    Operand y = lowering.output(node.output(), x.desc());
    int rank = x.desc().rank();
    int axis = Math.toIntExact(op.axis() < 0 ? op.axis() + rank : op.axis());
    lowering.add(
        node.name(),
        new io.github.octconv4j.dnn.Softmax(x.desc(), y.desc(), axis),
        Map.of(Arg.SRC, x, Arg.DST, y));
    return true;
  }
}
