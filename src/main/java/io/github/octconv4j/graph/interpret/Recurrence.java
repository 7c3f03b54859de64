package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Recurrent;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Recurrent layers, one direction, sequence and step after the other. */
final class Recurrence {
  private final Recurrent op;
  private final int gates;
  private final int inputs;
  private final int hidden;
  private final double[] w; // rows are inputs, so that a row is added at a time
  private final double[] r;
  private final double[] bias; // of both
  private final double[] peepholes;
  private final List<Unary> functions;
  private final double[] row; // products of a step, by gates
  private final double[] part; // what the state adds to them
  private final double[] reset;
  private double[] state = new double[0];
  private double[] cell = new double[0];

  private Recurrence(Recurrent op, Call call, int way) {
    this.op = op;
    this.gates = op.cell().gates();
    this.inputs = (int) call.in(0).dims()[2];
    this.hidden = (int) call.in(2).dims()[2];
    int rows = gates * hidden;
    this.w = transposed(call.in(1), way, rows, inputs);
    this.r = transposed(call.in(2), way, rows, hidden);
    this.bias = part(call.optional(3), way, 2 * rows);
    this.peepholes = part(call.optional(7), way, 3 * hidden);
    this.functions = op.functions(way);
    this.row = new double[rows];
    this.part = new double[rows];
    this.reset = new double[hidden];
  }

  private static double[] transposed(TensorData data, int way, int rows, int columns) {
    double[] all = new double[Index.count(rows, columns)];
    long first = (long) way * all.length;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        all[j * rows + i] = data.doubleAt(first + (long) i * columns + j);
      }
    }
    return all;
  }

  private static double[] part(@Nullable TensorData data, long index, int length) {
    double[] part = new double[length];
    for (int i = 0; i < length && data != null; i++) {
      part[i] = data.doubleAt(index * length + i);
    }
    return part;
  }

  static List<TensorData> run(Recurrent op, Call call) {
    TensorData x = call.in(0);
    long[] dims = x.dims();
    int steps = (int) dims[op.batchFirst() ? 1 : 0];
    int count = (int) dims[op.batchFirst() ? 0 : 1];
    int ways = op.direction().count();
    int[] lengths = lengths(call.optional(4), steps, count);
    Output all = call.output(0);
    List<Output> last = new ArrayList<>();
    int hidden = (int) call.in(2).dims()[2];
    int states = op.cell() == Recurrent.Cell.LSTM ? 2 : 1;
    for (int i = 0; i < states; i++) {
      last.add(
          op.batchFirst()
              ? new Output(x.element(), count, ways, hidden)
              : new Output(x.element(), ways, count, hidden));
    }
    for (int way = 0; way < ways && hidden > 0; way++) {
      Recurrence layer = new Recurrence(op, call, way);
      boolean backwards = op.direction() == Recurrent.Direction.REVERSE || way == 1;
      for (int n = 0; n < count; n++) {
        int place = op.batchFirst() ? n * ways + way : way * count + n; // of a state
        layer.begin(call, place);
        for (int i = 0; i < lengths[n]; i++) {
          int t = backwards ? lengths[n] - 1 - i : i;
          layer.step(x, op.batchFirst() ? n * steps + t : t * count + n);
          int to = op.batchFirst() ? (n * steps + t) * ways + way : (t * ways + way) * count + n;
          put(layer.state, all, to);
        }
        put(layer.state, last.getFirst(), place);
        if (last.size() > 1) {
          put(layer.cell, last.getLast(), place);
        }
      }
    }
    List<TensorData> outputs = new ArrayList<>(List.of(all.done()));
    last.forEach(output -> outputs.add(output.done()));
    return outputs;
  }

  private static int[] lengths(@Nullable TensorData given, int steps, int count) {
    int[] lengths = new int[count];
    for (int n = 0; n < count; n++) {
      long length = given == null ? steps : given.longAt(n);
      if (length < 0 || length > steps) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "sequence_lens has %d, expected 0 to %d steps", length, steps));
      }
      lengths[n] = (int) length;
    }
    return lengths;
  }

  private static void put(double[] values, Output to, int place) {
    for (int i = 0; i < values.length; i++) {
      to.set(place * values.length + i, values[i]);
    }
  }

  private void begin(Call call, int place) {
    state = part(call.optional(5), place, hidden);
    cell = part(call.optional(6), place, hidden);
  }

  private void step(TensorData x, int place) {
    System.arraycopy(bias, 0, row, 0, row.length);
    for (int i = 0; i < inputs; i++) {
      add(x.doubleAt((long) place * inputs + i), w, i, row, 0, row.length);
    }
    System.arraycopy(bias, row.length, part, 0, row.length);
    boolean later = op.cell() == Recurrent.Cell.GRU && !op.variant();
    int first = later ? 2 * hidden : row.length; // the candidate waits for the reset gate
    for (int i = 0; i < hidden; i++) {
      add(state[i], r, i, part, 0, first);
    }
    switch (op.cell()) {
      case RNN -> {
        for (int i = 0; i < hidden; i++) {
          state[i] = function(0, row[i] + part[i]);
        }
      }
      case GRU -> gru(later);
      case LSTM -> lstm();
    }
  }

  /** Adds a multiple of a row of weights, as far as it is asked for. */
  private void add(double factor, double[] weights, int index, double[] to, int begin, int end) {
    int from = index * row.length;
    for (int j = begin; j < end; j++) {
      to[j] += factor * weights[from + j];
    }
  }

  private double function(int index, double x) {
    Unary f = functions.get(index);
    double bounded = Math.max(-op.clip(), Math.min(op.clip(), x));
    return f.function().apply(bounded, f.alpha(), f.beta());
  }

  private void gru(boolean later) {
    for (int i = 0; i < hidden; i++) {
      reset[i] = function(0, row[hidden + i] + part[hidden + i]);
    }
    if (later) {
      for (int i = 0; i < hidden; i++) {
        add(reset[i] * state[i], r, i, part, 2 * hidden, row.length);
      }
    }
    for (int i = 0; i < hidden; i++) {
      double update = function(0, row[i] + part[i]);
      double factor = later ? 1 : reset[i];
      double candidate = function(1, row[2 * hidden + i] + factor * part[2 * hidden + i]);
      state[i] = (1 - update) * candidate + update * state[i];
    }
  }

  private void lstm() {
    for (int i = 0; i < hidden; i++) {
      double before = cell[i];
      double in = function(0, gate(0, i) + peepholes[i] * before);
      double forget =
          op.variant() ? 1 - in : function(0, gate(2, i) + peepholes[2 * hidden + i] * before);
      double now = forget * before + in * function(1, gate(3, i));
      double out = function(0, gate(1, i) + peepholes[hidden + i] * now);
      cell[i] = now;
      state[i] = out * function(2, now);
    }
  }

  private double gate(int gate, int i) {
    return row[gate * hidden + i] + part[gate * hidden + i];
  }
}
