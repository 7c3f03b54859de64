package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Products and means of whole numbers that stand for others: computed with what they stand for. */
final class QuantizedForm {
  private QuantizedForm() {}

  static TensorData product(Quantized op, Call call) {
    List<@Nullable TensorData> operands = new ArrayList<>();
    for (int i = 0; i < op.operands(); i++) {
      operands.add(meant(op, i, call));
    }
    TensorType wide = TensorType.of(ElementType.F64, call.type(0).sizes());
    double[] result = compute(op.op(), operands, wide).toDoubles();
    for (int operand = op.operands(); operand < op.all(); operand++) {
      TensorData added = meant(op, operand, call);
      for (int i = 0; i < result.length; i++) {
        result[i] += added.doubleAt(i);
      }
    }
    Output y = call.output(0);
    int last = op.input(op.all());
    double scale = call.scalar(last, 1);
    double zero = call.scalar(last + 1, 0);
    for (int i = 0; i < result.length; i++) {
      double value = Math.min(Math.max(result[i], op.low()), op.high());
      y.set(
          i,
          op.to() == ElementType.F32
              ? value
              : io.github.octconv4j.graph.interpret.Quantized.limit(
                  Math.rint((float) (value / scale)) + zero, op.to()));
    }
    return y.done();
  }

  private static TensorData compute(Op op, List<@Nullable TensorData> operands, TensorType result) {
    return Kernels.run(op, new Call(operands, List.of(result))).getFirst();
  }

  /** What an operand stands for. */
  private static TensorData meant(Quantized op, int operand, Call call) {
    int at = op.input(operand);
    TensorData x = call.in(at);
    TensorData scale = call.optional(at + 1);
    TensorData zero = call.optional(at + 2);
    int axis = op.axis(operand, x.dims().length);
    Lanes lanes = Lanes.of(x.dims(), Math.max(0, axis));
    Output y = new Output(ElementType.F64, x.dims());
    for (int i = 0; i < y.count(); i++) {
      int channel = x.dims().length == 0 ? 0 : i / lanes.inner() % lanes.length();
      double less = at(zero, channel, 0);
      y.set(i, (x.doubleAt(i) - less) * at(scale, channel, 1));
    }
    return y.done();
  }

  private static double at(@Nullable TensorData row, int index, double otherwise) {
    return row == null ? otherwise : row.doubleAt(row.count() == 1 ? 0 : index);
  }
}
