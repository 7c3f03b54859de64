package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.ConstantOfShape;
import io.github.octconv4j.graph.OneHot;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.TensorData;
import java.lang.foreign.MemorySegment;

/** What makes elements out of shapes, numbers and places. */
final class Generators {
  private Generators() {}

  static TensorData shape(Shape op, Call call) {
    return TensorData.ofLongs(op.of(call.in(0).dims()));
  }

  static TensorData size(Call call) {
    return TensorData.of(new long[] {call.in(0).count()});
  }

  static TensorData constant(ConstantOfShape op, Call call) {
    Output y = call.output(0);
    MemorySegment value = op.value().segment();
    for (int i = 0; i < y.count(); i++) {
      y.copy(i, value, 0);
    }
    return y.done();
  }

  static TensorData range(Call call) {
    Output y = call.output(0);
    boolean integers = y.element().isInteger();
    for (int i = 0; i < y.count(); i++) {
      if (integers) {
        y.set(i, call.in(0).longAt(0) + i * call.in(2).longAt(0));
      } else {
        y.set(i, call.in(0).doubleAt(0) + i * call.in(2).doubleAt(0));
      }
    }
    return y.done();
  }

  static TensorData oneHot(OneHot op, Call call) {
    Output y = call.output(0);
    TensorData indices = call.in(0);
    Lanes lanes = Lanes.of(call.type(0).sizes(), op.axis());
    long depth = lanes.length();
    MemorySegment values = call.in(2).segment();
    for (int i = 0; i < y.count(); i++) {
      y.copy(i, values, 0);
    }
    lanes.forEach(
        (lane, first) -> {
          long index = (long) indices.doubleAt(lane);
          if (index >= -depth && index < depth) {
            long at = index < 0 ? index + depth : index;
            y.copy(first + (int) at * lanes.inner(), values, 1);
          }
        });
    return y.done();
  }

  static TensorData nonZero(Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    long[] dims = x.dims();
    int found = dims.length == 0 ? 0 : y.count() / dims.length;
    int next = 0;
    for (int i = 0; i < x.count() && found > 0; i++) {
      if (x.doubleAt(i) != 0) {
        long rest = i;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
          y.set(axis * found + next, rest % dims[axis]);
          rest /= dims[axis];
        }
        next++;
      }
    }
    return y.done();
  }
}
