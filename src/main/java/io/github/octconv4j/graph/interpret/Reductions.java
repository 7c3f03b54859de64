package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.ArgReduce;
import io.github.octconv4j.graph.CumSum;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TopK;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What is made of many elements, and along an axis. */
final class Reductions {
  private Reductions() {}

  static TensorData softmax(Softmax op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    Lanes lanes = Lanes.of(x.dims(), op.axis());
    int n = lanes.length();
    lanes.forEach(
        (lane, first) -> {
          int best = 0;
          for (int i = 1; i < n; i++) {
            boolean larger =
                x.doubleAt(first + i * lanes.inner()) > x.doubleAt(first + best * lanes.inner());
            best = larger ? i : best;
          }
          double most = n == 0 ? 0 : x.doubleAt(first + best * lanes.inner());
          double sum = 0;
          for (int i = 0; i < n; i++) {
            sum += Math.exp(x.doubleAt(first + i * lanes.inner()) - most);
          }
          for (int i = 0; i < n; i++) {
            int at = first + i * lanes.inner();
            double less = x.doubleAt(at) - most;
            y.set(
                at,
                switch (op.kind()) {
                  case SOFTMAX -> Math.exp(less) / sum;
                  case LOG_SOFTMAX -> less - Math.log(sum);
                  case HARDMAX -> i == best ? 1.0 : 0.0;
                });
          }
        });
    return y.done();
  }

  static TensorData reduce(Reduce op, Call call) {
    TensorData x = call.in(0);
    long[] dims = x.dims();
    Output y = call.output(0);
    long[] axes = call.longs(1);
    boolean[] reduced = op.reduced(dims.length, axes == null ? new long[0] : axes);
    long[] kept = dims.clone();
    for (int i = 0; i < dims.length; i++) {
      kept[i] = reduced[i] ? 1 : dims[i];
    }
    Index target = Index.broadcast(kept, dims);
    boolean integers = !Elementwise.isFloating(x.element());
    Reduction kind = op.reduction();
    if (integers && isExact(kind)) {
      long[] sums = new long[y.count()];
      Arrays.fill(sums, empty(kind, x.element()));
      target.forEach((i, o) -> sums[o] = combine(kind, sums[o], x.longAt(i)));
      for (int i = 0; i < sums.length; i++) {
        y.set(i, sums[i]);
      }
      return y.done();
    }
    double[] sums = new double[y.count()];
    double[] most = new double[kind == Reduction.LOG_SUM_EXP ? sums.length : 0];
    if (kind == Reduction.LOG_SUM_EXP) {
      Arrays.fill(most, Double.NEGATIVE_INFINITY);
      target.forEach((i, o) -> most[o] = Math.max(most[o], x.doubleAt(i)));
      for (int i = 0; i < most.length; i++) {
        most[i] = Double.isInfinite(most[i]) ? 0 : most[i];
      }
    }
    Arrays.fill(
        sums,
        switch (kind) {
          case PROD -> 1;
          case MAX -> Double.NEGATIVE_INFINITY;
          case MIN -> Double.POSITIVE_INFINITY;
          default -> 0;
        });
    target.forEach(
        (i, o) -> {
          double value = x.doubleAt(i);
          sums[o] =
              switch (kind) {
                case SUM, MEAN, LOG_SUM -> sums[o] + value;
                case MAX -> Math.max(sums[o], value);
                case MIN -> Math.min(sums[o], value);
                case PROD -> sums[o] * value;
                case L1 -> sums[o] + Math.abs(value);
                case L2, SUM_SQUARE -> sums[o] + value * value;
                case LOG_SUM_EXP -> sums[o] + Math.exp(value - most[o]);
              };
        });
    double count = sums.length == 0 ? 1 : (double) x.count() / sums.length;
    for (int i = 0; i < sums.length; i++) {
      y.set(
          i,
          switch (kind) {
            case MEAN -> sums[i] / count;
            case L2 -> Math.sqrt(sums[i]);
            case LOG_SUM -> Math.log(sums[i]);
            case LOG_SUM_EXP -> Math.log(sums[i]) + most[i];
            case SUM, MAX, MIN, PROD, L1, SUM_SQUARE -> sums[i];
          });
    }
    return y.done();
  }

  private static boolean isExact(Reduction kind) {
    return switch (kind) {
      case SUM, MAX, MIN, PROD, L1, SUM_SQUARE -> true;
      case MEAN, L2, LOG_SUM, LOG_SUM_EXP -> false;
    };
  }

  private static long combine(Reduction kind, long sum, long value) {
    return switch (kind) {
      case MAX -> Math.max(sum, value);
      case MIN -> Math.min(sum, value);
      case PROD -> sum * value;
      case L1 -> sum + Math.abs(value);
      case SUM_SQUARE -> sum + value * value;
      case SUM, MEAN, L2, LOG_SUM, LOG_SUM_EXP -> sum + value;
    };
  }

  /** What nothing gives: the least or greatest value of the type, 1 or 0. */
  private static long empty(Reduction kind, ElementType element) {
    int bits = element.bits();
    boolean signed =
        switch (element) {
          case I8, I16, I32, I64 -> true;
          default -> false;
        };
    long greatest = element == ElementType.BOOL ? 1 : -1L >>> (Long.SIZE - bits + (signed ? 1 : 0));
    return switch (kind) {
      case PROD -> 1;
      case MAX -> signed ? -greatest - 1 : 0;
      case MIN -> element == ElementType.U64 ? Long.MAX_VALUE : greatest;
      case SUM, MEAN, L1, L2, LOG_SUM, LOG_SUM_EXP, SUM_SQUARE -> 0;
    };
  }

  static TensorData arg(ArgReduce op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    Lanes lanes = Lanes.of(x.dims(), op.axis());
    lanes.forEach(
        (lane, first) -> {
          int best = 0;
          for (int i = 1; i < lanes.length(); i++) {
            double value = x.doubleAt(first + i * lanes.inner());
            double other = x.doubleAt(first + best * lanes.inner());
            boolean better = op.largest() ? value > other : value < other;
            best = better || (op.last() && value == other) ? i : best;
          }
          y.set(lane, (long) best);
        });
    return y.done();
  }

  static TensorData cumulative(CumSum op, Call call) {
    TensorData x = call.in(0);
    Output y = call.output(0);
    long axis = call.in(1).longAt(0);
    int rank = x.dims().length;
    if (axis < -rank || axis >= rank) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "axis is %d of %d", axis, rank));
    }
    Lanes lanes = Lanes.of(x.dims(), axis);
    boolean integers = x.element().isInteger();
    lanes.forEach(
        (lane, first) -> {
          double sum = 0;
          long exact = 0;
          for (int n = 0; n < lanes.length(); n++) {
            int at = first + (op.reverse() ? lanes.length() - 1 - n : n) * lanes.inner();
            double before = sum;
            long exactBefore = exact;
            sum += x.doubleAt(at);
            exact += integers ? x.longAt(at) : 0;
            if (integers) {
              y.set(at, op.exclusive() ? exactBefore : exact);
            } else {
              y.set(at, op.exclusive() ? before : sum);
            }
          }
        });
    return y.done();
  }

  static List<TensorData> top(TopK op, Call call) {
    TensorData x = call.in(0);
    Output values = call.output(0);
    Output places = new Output(ElementType.I64, call.type(0).sizes());
    Lanes lanes = Lanes.of(x.dims(), op.axis());
    int k = Math.toIntExact(call.in(1).longAt(0));
    MemorySegment elements = x.segment();
    lanes.forEach(
        (lane, first) -> {
          int outer = lane / lanes.inner();
          int inner = lane % lanes.inner();
          Comparator<Integer> order =
              Comparator.comparingDouble(i -> x.doubleAt(first + i * lanes.inner()));
          List<Integer> sorted =
              IntStream.range(0, lanes.length())
                  .boxed()
                  .sorted(op.largest() ? order.reversed() : order)
                  .toList();
          for (int i = 0; i < k; i++) {
            int to = (outer * k + i) * lanes.inner() + inner;
            values.copy(to, elements, first + sorted.get(i) * lanes.inner());
            places.set(to, (long) sorted.get(i));
          }
        });
    return List.of(values.done(), places.done());
  }
}
