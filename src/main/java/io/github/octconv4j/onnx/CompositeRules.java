package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.ConstantOfShape;
import io.github.octconv4j.graph.Gather;
import io.github.octconv4j.graph.NonZero;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Range;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.ScatterElements;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Where;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operators that are some others put together, of any type of elements. */
final class CompositeRules {
  private CompositeRules() {}

  static void addTo(Map<String, Rules.Rule> rules) {
    rules.put("Einsum", Einsum::translate);
    rules.put("Trilu", CompositeRules::triangle);
    rules.put("Compress", CompositeRules::compress);
    rules.put("CenterCropPad", CompositeRules::centered);
    rules.put("MaxUnpool", CompositeRules::unpool);
  }

  /** Nothing where the column's number less the row's is below k, or above it. */
  private static void triangle(Call call) throws UnsupportedException {
    requireRank(call, 2);
    boolean upper = call.flag("upper", true);
    String rows = call.step(new Unsqueeze(), numbers(call, -2, -1), call.longs(1));
    String distance =
        call.step(new Binary(BinaryFunction.SUB), numbers(call, -1, Long.MAX_VALUE), rows);
    String k = call.has(1) ? call.input(1) : call.constant(TensorData.of(new long[] {0}));
    BinaryFunction kept = upper ? BinaryFunction.GREATER_OR_EQUAL : BinaryFunction.LESS_OR_EQUAL;
    String mask = call.step(new Binary(kept), distance, k);
    call.last(new Where(), mask, call.input(0), call.constant(zero(call)));
  }

  private static void requireRank(Call call, int least) {
    int rank = call.rank(0);
    if (rank >= 0 && rank < least) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the input is %s, expected at least %d axes", call.type(0), least));
    }
  }

  /** 0, 1 and so on, as many as an axis has elements. */
  private static String numbers(Call call, long start, long end) {
    String size = call.step(new Squeeze(), call.sizes(call.input(0), start, end), call.longs(0));
    String from = call.constant(TensorData.of(new long[] {0}));
    String step = call.constant(TensorData.of(new long[] {1}));
    return call.settled(call.step(new Range(), from, call.settled(size), step));
  }

  /** One element of the input's type that is 0. */
  private static TensorData zero(Call call) {
    ElementType element = call.type(0).element();
    return TensorData.of(element, MemorySegment.ofArray(new byte[(int) element.bytes(1)]), 1);
  }

  /** What stands where the condition holds, along an axis or in the order of all elements. */
  private static void compress(Call call) throws UnsupportedException {
    if (call.rank(1) >= 0 && call.rank(1) != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "the condition is %s, expected one axis", call.type(1)));
    }
    String found = call.step(new NonZero(), call.input(1));
    String places = call.settled(call.step(new Squeeze(), found, call.longs(0)));
    boolean along = call.has("axis");
    String x = along ? call.input(0) : call.step(new Reshape(false), call.input(0), call.longs(-1));
    call.last(new Gather(along ? call.integer("axis", 0) : 0), x, places);
  }

  /** Padding by half of the difference on either side, of which the second gets more. */
  private static void centered(Call call) throws UnsupportedException {
    long[] axes = call.longs("axes");
    String named = axes.length == 0 ? "" : call.longs(axes);
    String sizes = call.sizes(call.input(0), 0, Long.MAX_VALUE);
    if (axes.length > 0) {
      sizes = call.step(new Gather(0), sizes, named);
    }
    String wanted = call.step(new Cast(ElementType.I64), call.input(1));
    Binary subtract = new Binary(BinaryFunction.SUB);
    String more = call.step(subtract, wanted, sizes);
    String before = call.step(new Binary(BinaryFunction.DIV), more, call.longs(2)); // towards 0
    String pads = call.step(new Concat(0), before, call.step(subtract, more, before));
    call.last(new Pad(PadMode.CONSTANT), call.input(0), call.settled(pads), "", named);
  }

  /** The elements at the places that pooling named, in a plane as large as what was pooled. */
  private static void unpool(Call call) throws UnsupportedException {
    Window window = WindowRules.window(call, AutoPad.NOTSET, false); // whose parts fit each other
    List<Long> kernel = window.kernel();
    int axes = kernel.size();
    if (axes < 1 || (call.rank(0) >= 0 && call.rank(0) != axes + 2)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "kernel_shape is %s, expected a number for each axis of the input %s but two",
              kernel,
              call.type(0)));
    }
    long[] strides = orAll(window.strides(), axes, 1);
    long[] pads = orAll(window.pads(), 2 * axes, 0);
    long[] more = new long[axes]; // size = input * stride + more
    for (int i = 0; i < axes; i++) {
      more[i] = kernel.get(i) - strides[i] - pads[i] - pads[i + axes];
    }
    String x = call.input(0);
    String product =
        call.step(
            new Binary(BinaryFunction.MUL), call.sizes(x, 2, Long.MAX_VALUE), call.longs(strides));
    String spatial = call.step(new Binary(BinaryFunction.ADD), product, call.longs(more));
    String shape = call.settled(call.step(new Concat(0), call.sizes(x, 0, 2), spatial));
    String count =
        call.settled(call.step(new Reduce(Reduction.PROD, true, false), shape, call.longs(0)));
    Reshape reshape = new Reshape(false);
    String flat = call.longs(-1);
    String filled =
        call.step(
            new ScatterElements(0, Optional.empty()),
            call.step(new ConstantOfShape(zero(call)), count),
            call.step(reshape, call.input(1), flat),
            call.step(reshape, x, flat));
    if (!call.has(2)) {
      call.last(reshape, filled, shape);
      return;
    }
    String rest = call.step(new Binary(BinaryFunction.SUB), call.input(2), shape);
    String all = call.step(new Concat(0), call.longs(new long[axes + 2]), rest);
    call.last(new Pad(PadMode.CONSTANT), call.step(reshape, filled, shape), call.settled(all));
  }

  private static long[] orAll(List<Long> given, int count, long otherwise) {
    return IntStream.range(0, count)
        .mapToLong(i -> given.isEmpty() ? otherwise : given.get(i))
        .toArray();
  }
}
