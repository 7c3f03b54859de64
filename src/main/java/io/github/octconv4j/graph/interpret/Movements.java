package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Gather;
import io.github.octconv4j.graph.GatherElements;
import io.github.octconv4j.graph.GatherND;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.ScatterElements;
import io.github.octconv4j.graph.ScatterND;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Transpose;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What moves elements and changes none. */
final class Movements {
  private Movements() {}

  /** The elements at places of one source. */
  private static TensorData take(Call call, Index index) {
    return take(call.output(0), call.in(0), index, null);
  }

  private static TensorData take(
      Output y, TensorData x, Index index, @Nullable TensorData otherwise) {
    MemorySegment source = x.segment();
    MemorySegment other = otherwise == null ? null : otherwise.segment();
    index.forEach(
        (result, place) -> {
          if (place >= 0) {
            y.copy(result, source, place);
          } else if (other != null) {
            y.copy(result, other, 0);
          }
        });
    return y.done();
  }

  static TensorData reshape(Call call) {
    return call.in(0).reshape(call.type(0).sizes());
  }

  static TensorData transpose(Transpose op, Call call) {
    long[] dims = call.in(0).dims();
    int[] strides = Index.strides(dims);
    int[] order = op.order(dims.length);
    int[][] tables = new int[order.length][];
    for (int i = 0; i < order.length; i++) {
      tables[i] = Index.table(dims[order[i]], strides[order[i]], j -> j);
    }
    return take(call, Index.of(tables));
  }

  static TensorData concat(Concat op, Call call) {
    Output y = call.output(0);
    Lanes all = Lanes.of(call.type(0).sizes(), op.axis());
    int row = all.length() * all.inner();
    int at = 0;
    for (int n = 0; n < call.count(); n++) {
      TensorData x = call.in(n);
      int part = all.outer() == 0 ? 0 : (int) (x.count() / all.outer());
      for (int o = 0; o < all.outer(); o++) {
        y.copy(o * row + at, x.segment(), (long) o * part, part);
      }
      at += part;
    }
    return y.done();
  }

  static List<TensorData> split(Split op, Call call) {
    TensorData x = call.in(0);
    Lanes all = Lanes.of(x.dims(), op.axis());
    int row = all.length() * all.inner();
    int at = 0;
    List<TensorData> parts = new ArrayList<>();
    for (int n = 0; n < call.outputs(); n++) {
      Output y = call.output(n);
      int part = all.outer() == 0 ? 0 : y.count() / all.outer();
      for (int o = 0; o < all.outer(); o++) {
        y.copy(o * part, x.segment(), (long) o * row + at, part);
      }
      at += part;
      parts.add(y.done());
    }
    return parts;
  }

  /** Tables of all axes from what is read of each. */
  private static Index index(long[] source, long[] result, AxisIndex index) {
    int[] strides = Index.strides(source);
    int[][] tables = new int[source.length][];
    for (int i = 0; i < source.length; i++) {
      int axis = i;
      tables[i] = Index.table(result[i], strides[i], j -> index.of(axis, j));
    }
    return Index.of(tables);
  }

  private interface AxisIndex {
    int of(int axis, int index);
  }

  static TensorData slice(Call call) {
    long[] dims = call.in(0).dims();
    List<Slice.Range> ranges =
        Slice.ranges(
            dims, call.in(1).toLongs(), call.in(2).toLongs(), call.longs(3), call.longs(4));
    return take(
        call,
        index(
            dims,
            call.type(0).sizes(),
            (axis, i) -> (int) (ranges.get(axis).start() + i * ranges.get(axis).step())));
  }

  static TensorData pad(Pad op, Call call) {
    long[] dims = call.in(0).dims();
    long[] pads = Pad.pads(dims.length, call.in(1).toLongs(), call.longs(3));
    Index index =
        index(
            dims, call.type(0).sizes(), (axis, i) -> source(op.mode(), i - pads[axis], dims[axis]));
    return take(call.output(0), call.in(0), index, call.optional(2));
  }

  private static int source(PadMode mode, long at, long size) {
    if (at >= 0 && at < size) {
      return (int) at;
    }
    return (int)
        switch (mode) {
          case CONSTANT -> -1;
          case EDGE -> Math.clamp(at, 0, size - 1);
          case WRAP -> Math.floorMod(at, size);
          case REFLECT -> {
            long period = Math.max(1, 2 * size - 2);
            long folded = Math.floorMod(at, period);
            yield folded < size ? folded : period - folded;
          }
        };
  }

  static TensorData expand(Call call) {
    return take(call, Index.broadcast(call.in(0).dims(), call.type(0).sizes()));
  }

  static TensorData tile(Call call) {
    long[] dims = call.in(0).dims();
    return take(
        call, index(dims, call.type(0).sizes(), (axis, i) -> (int) (i % Math.max(1, dims[axis]))));
  }

  private static int checked(long index, long size) {
    if (index < -size || index >= size) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "an index is %d, expected %d to %d", index, -size, size - 1));
    }
    return (int) (index < 0 ? index + size : index);
  }

  static TensorData gather(Gather op, Call call) {
    long[] dims = call.in(0).dims();
    TensorData indices = call.in(1);
    Lanes lanes = Lanes.of(dims, op.axis());
    int row = lanes.length() * lanes.inner();
    return take(
        call,
        Index.of(
            Index.table(lanes.outer(), row, j -> j),
            Index.table(
                indices.count(), lanes.inner(), j -> checked(indices.longAt(j), lanes.length())),
            Index.table(lanes.inner(), 1, j -> j)));
  }

  static TensorData gatherElements(GatherElements op, Call call) {
    TensorData x = call.in(0);
    TensorData indices = call.in(1);
    long[] dims = x.dims();
    int axis = Index.axis(op.axis(), dims.length);
    int stride = Index.strides(dims)[axis];
    Output y = call.output(0);
    MemorySegment source = x.segment();
    index(dims, indices.dims(), (at, i) -> at == axis ? 0 : i)
        .forEach(
            (result, place) ->
                y.copy(
                    result,
                    source,
                    place + (long) checked(indices.longAt(result), dims[axis]) * stride));
    return y.done();
  }

  /** The place that a row of indices names, in dimensions from one on. */
  private static int place(TensorData indices, long row, int named, long[] dims, int from) {
    int[] strides = Index.strides(dims);
    int place = 0;
    for (int j = 0; j < named; j++) {
      place += checked(indices.longAt(row * named + j), dims[from + j]) * strides[from + j];
    }
    return place;
  }

  static TensorData gatherNd(GatherND op, Call call) {
    TensorData x = call.in(0);
    TensorData indices = call.in(1);
    long[] dims = x.dims();
    long[] at = indices.dims();
    int batchDims = (int) op.batchDims();
    int named = (int) at[at.length - 1];
    int rows = Index.count(Arrays.copyOf(at, at.length - 1));
    int batches = Index.count(Arrays.copyOf(dims, batchDims));
    int inBatch = batches == 0 ? 0 : (int) (x.count() / batches);
    int part = Index.count(Arrays.copyOfRange(dims, batchDims + named, dims.length));
    Output y = call.output(0);
    for (int r = 0; r < rows; r++) {
      int batch = (int) ((long) r * batches / rows);
      long place = (long) batch * inBatch + place(indices, r, named, dims, batchDims);
      y.copy(r * part, x.segment(), place, part);
    }
    return y.done();
  }

  static TensorData scatterNd(ScatterND op, Call call) {
    TensorData x = call.in(0);
    TensorData indices = call.in(1);
    TensorData updates = call.in(2);
    long[] dims = x.dims();
    long[] at = indices.dims();
    int named = (int) at[at.length - 1];
    int rows = Index.count(Arrays.copyOf(at, at.length - 1));
    int part = Index.count(Arrays.copyOfRange(dims, named, dims.length));
    Output y = call.output(0);
    y.copy(0, x.segment(), 0, x.count());
    TensorData now = y.done(); // reads what was written
    for (int r = 0; r < rows; r++) {
      int place = place(indices, r, named, dims, 0);
      for (int i = 0; i < part; i++) {
        int from = r * part + i;
        join(op.reduction(), y, now, place + i, updates, from);
      }
    }
    return now;
  }

  /** Puts an update in the place of what is there, or joins both. */
  private static void join(
      Optional<BinaryFunction> reduction,
      Output y,
      TensorData now,
      int place,
      TensorData updates,
      int from) {
    if (reduction.isEmpty()) {
      y.copy(place, updates.segment(), from);
    } else if (Elementwise.isFloating(y.element())) {
      y.set(place, reduction.get().apply(now.doubleAt(place), updates.doubleAt(from)));
    } else {
      y.set(place, reduction.get().apply(now.longAt(place), updates.longAt(from)));
    }
  }

  static TensorData scatterElements(ScatterElements op, Call call) {
    TensorData x = call.in(0);
    TensorData indices = call.in(1);
    TensorData updates = call.in(2);
    long[] dims = x.dims();
    int axis = Index.axis(op.axis(), dims.length);
    int stride = Index.strides(dims)[axis];
    Output y = call.output(0);
    y.copy(0, x.segment(), 0, x.count());
    TensorData now = y.done(); // reads what was written
    index(dims, indices.dims(), (at, i) -> at == axis ? 0 : i)
        .forEach(
            (from, place) -> {
              int at = place + checked(indices.longAt(from), dims[axis]) * stride;
              join(op.reduction(), y, now, at, updates, from);
            });
    return now;
  }

  static TensorData depthToSpace(DepthToSpace op, Call call) {
    long[] x = call.in(0).dims();
    int b = (int) op.block();
    int c = (int) x[1] / (b * b);
    int h = (int) x[2];
    int w = (int) x[3];
    int plane = h * w;
    int row = op.channelsFirst() ? b * plane : b * c * plane; // from one row of a block to the next
    int column = op.channelsFirst() ? plane : c * plane;
    int channel = op.channelsFirst() ? b * b * plane : plane;
    return take(
        call,
        Index.of(
            Index.table(x[0], b * b * c * plane, j -> j),
            Index.table(c, channel, j -> j),
            Index.table((long) h * b, 1, j -> j / b * w + j % b * row),
            Index.table((long) w * b, 1, j -> j / b + j % b * column)));
  }

  static TensorData spaceToDepth(SpaceToDepth op, Call call) {
    long[] x = call.in(0).dims();
    int b = (int) op.block();
    int w = (int) x[3];
    return take(
        call,
        Index.of(
            Index.table(x[0], Index.strides(x)[0], j -> j),
            Index.table(b, w, j -> j),
            Index.table(b, 1, j -> j),
            Index.table(x[1], Index.strides(x)[1], j -> j),
            Index.table(x[2] / b, b * w, j -> j),
            Index.table(w / b, b, j -> j)));
  }
}
