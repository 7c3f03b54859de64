package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.WindowAxis;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rows of neighbouring elements that a window joins, along any number of axes. */
final class Windows {
  /** The elements of a window whose rows are kept; others are made whenever they are asked for. */
  static final int MOST_KEPT = 1 << 12;

  private static final int MOST_NUMBERS = 1 << 22; // 16 MiB

  private final List<WindowAxis> axes;
  private final int[] inputStrides;
  private final int[] outputStrides;
  private final int[] @Nullable [] kept; // rows of the first elements of a window
  private int numbers; // in these rows

  Windows(List<WindowAxis> axes) {
    this.axes = axes;
    this.inputStrides = Index.strides(axes.stream().mapToLong(WindowAxis::input).toArray());
    this.outputStrides = Index.strides(axes.stream().mapToLong(WindowAxis::output).toArray());
    this.kept = new int[kept(axes)][];
  }

  private static int kept(List<WindowAxis> axes) {
    return (int)
        axes.stream().mapToLong(WindowAxis::kernel).reduce(1, (a, b) -> Math.min(a * b, MOST_KEPT));
  }

  /** Elements of a window. */
  int kernel() {
    return Index.count(axes.stream().mapToLong(WindowAxis::kernel).toArray());
  }

  int inputs() {
    return Index.count(axes.stream().mapToLong(WindowAxis::input).toArray());
  }

  int outputs() {
    return Index.count(axes.stream().mapToLong(WindowAxis::output).toArray());
  }

  /** From one input element of a row to the next. */
  int step() {
    return Math.toIntExact(axes.getLast().stride());
  }

  /**
   * The rows in which one element of the window meets the input: three numbers each, the first
   * output element, the first input element, and how many. In the padding there are none.
   */
  int[] rows(int element) {
    if (element >= kept.length) {
      return made(element);
    }
    int[] rows = kept[element];
    if (rows == null) {
      rows = made(element);
      if (numbers + rows.length <= MOST_NUMBERS) {
        numbers += rows.length;
        kept[element] = rows;
      }
    }
    return rows;
  }

  private int[] made(int element) {
    int[] position = new int[axes.size()];
    int rest = element;
    for (int i = axes.size() - 1; i >= 0; i--) {
      int size = Math.toIntExact(axes.get(i).kernel());
      position[i] = rest % size;
      rest /= size;
    }
    IntStream.Builder rows = IntStream.builder();
    int[] last = {-1, -1, 0}; // a row that may still grow
    add(0, position, 0, 0, last, rows);
    flush(last, rows);
    return rows.build().toArray();
  }

  private void add(
      int axis, int[] position, int output, int input, int[] last, IntStream.Builder rows) {
    WindowAxis a = axes.get(axis);
    long shift = a.dilation() * position[axis] - a.begin(); // input = output * stride + shift
    long from = Math.max(0, Math.ceilDiv(-shift, a.stride()));
    long to = Math.min(a.output() - 1, Math.floorDiv(a.input() - 1 - shift, a.stride()));
    if (axis < axes.size() - 1) {
      for (long o = from; o <= to; o++) {
        int i = (int) (o * a.stride() + shift);
        add(
            axis + 1,
            position,
            output + (int) o * outputStrides[axis],
            input + i * inputStrides[axis],
            last,
            rows);
      }
    } else if (from <= to) {
      int firstOutput = output + (int) from;
      int firstInput = input + (int) (from * a.stride() + shift);
      int count = (int) (to - from + 1);
      if (a.stride() == 1
          && last[0] + last[2] == firstOutput
          && last[1] + last[2] == firstInput
          && last[2] > 0) {
        last[2] += count;
      } else {
        flush(last, rows);
        last[0] = firstOutput;
        last[1] = firstInput;
        last[2] = count;
      }
    }
  }

  private static void flush(int[] last, IntStream.Builder rows) {
    if (last[2] > 0) {
      rows.add(last[0]).add(last[1]).add(last[2]);
    }
  }

  /** Adds the elements of an input plane, times a weight, to an output plane. */
  void gather(int[] rows, double weight, double[] input, int in, double[] output, int out) {
    int step = step();
    for (int r = 0; r < rows.length; r += 3) {
      int o = out + rows[r];
      int i = in + rows[r + 1];
      int count = rows[r + 2];
      if (step == 1) {
        for (int j = 0; j < count; j++) {
          output[o + j] += weight * input[i + j];
        }
      } else {
        for (int j = 0; j < count; j++) {
          output[o + j] += weight * input[i + j * step];
        }
      }
    }
  }

  /** Adds the elements of an output plane, times a weight, to an input plane. */
  void scatter(int[] rows, double weight, double[] output, int out, double[] input, int in) {
    int step = step();
    for (int r = 0; r < rows.length; r += 3) {
      int o = out + rows[r];
      int i = in + rows[r + 1];
      for (int j = 0; j < rows[r + 2]; j++) {
        input[i + j * step] += weight * output[o + j];
      }
    }
  }
}
