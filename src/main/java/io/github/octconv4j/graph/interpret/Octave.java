package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Operands;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Octave convolution, of the operations that it is made of. */
final class Octave {
  private Octave() {}

  static List<TensorData> convolution(OctaveConv op, Call call) {
    TensorData high = halved(op, call.optional(0), op.halves());
    TensorData low = call.optional(1);
    boolean readsHalved = call.optional(5) != null || !op.keepsLow();
    TensorData lowHalved = readsHalved ? halved(op, low, op.halves()) : null;
    TensorData yHigh = path(op, high, call.optional(2), call.optional(6));
    TensorData toHigh =
        path(
            op,
            op.keepsLow() ? low : lowHalved,
            call.optional(4),
            yHigh == null ? call.optional(6) : null);
    if (toHigh != null && !op.keepsLow()) {
      toHigh = repeated(toHigh, call.type(0).sizes());
    }
    TensorData yLow = path(op, lowHalved, call.optional(5), call.optional(7));
    TensorData toLow =
        path(
            op,
            call.optional(3) == null ? null : halved(op, high, true),
            call.optional(3),
            yLow == null ? call.optional(7) : null);
    return List.of(
        result(op, call, sum(sum(yHigh, toHigh), call.optional(8))),
        result(op, call, sum(sum(yLow, toLow), call.optional(9))));
  }

  private static TensorData run(Op op, TensorData... inputs) {
    List<@Nullable TensorData> in = new ArrayList<>(Arrays.asList(inputs));
    return Kernels.run(op, new Call(in, op.infer(Operands.of(in, 1)))).getFirst();
  }

  private static @Nullable TensorData halved(
      OctaveConv op, @Nullable TensorData x, boolean halves) {
    return x == null || !halves ? x : run(op.pool(x.dims()), x);
  }

  private static @Nullable TensorData path(
      OctaveConv op, @Nullable TensorData x, @Nullable TensorData w, @Nullable TensorData bias) {
    if (x == null || w == null) {
      return null;
    }
    Conv conv = new Conv(op.window(), OctaveConv.groups(x.dims(), w.dims()));
    return bias == null ? run(conv, x, w) : run(conv, x, w, bias);
  }

  private static TensorData repeated(TensorData x, long[] dims) {
    int[] strides = Index.strides(x.dims());
    int[][] tables = new int[4][];
    for (int i = 0; i < 4; i++) {
      int last = (int) x.dims()[i] - 1;
      int factor = i < 2 ? 1 : 2;
      tables[i] = Index.table(dims[i], strides[i], j -> Math.min(j / factor, last));
    }
    Output y = new Output(x.element(), dims);
    MemorySegment source = x.segment();
    Index.of(tables).forEach((at, place) -> y.copy(at, source, place));
    return y.done();
  }

  private static @Nullable TensorData sum(@Nullable TensorData a, @Nullable TensorData b) {
    return a == null ? b : b == null ? a : run(new Binary(BinaryFunction.ADD), a, b);
  }

  private static TensorData result(OctaveConv op, Call call, @Nullable TensorData y) {
    if (y == null) {
      return new Output(call.type(0).element(), 0).done();
    }
    if (op.function() == OutputFunction.NONE) {
      return y;
    }
    Op function = op.function().op();
    return function instanceof Clip
        ? run(function, y, number(y, 0), number(y, 6))
        : run(function, y);
  }

  private static TensorData number(TensorData like, double value) {
    return new Output(like.element()).fill(new double[] {value}).done();
  }
}
