package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Gather;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Operators with a body: the branch that is taken, or as many copies as there are iterations, take
 * the node's place. So conditions and numbers of iterations must be known when the file is read.
 */
final class FlowRules {
  private FlowRules() {}

  static void addTo(Map<String, Rules.Rule> rules) {
    rules.put("If", FlowRules::branch);
    rules.put("Loop", FlowRules::loop);
    rules.put("Scan", FlowRules::scan);
  }

  private static void branch(Call call) throws UnsupportedException, IOException {
    call.ignore("then_branch", "else_branch");
    boolean taken = truth(call, call.input(0));
    List<String> values = call.inline(call.body(taken ? "then_branch" : "else_branch"), List.of());
    requireCount("outputs of the branch", values.size(), call.outputs());
    for (int i = 0; i < values.size(); i++) {
      call.emitAs(new Identity(), List.of(values.get(i)), List.of(call.output(i)));
    }
  }

  private static boolean truth(Call call, String condition) throws UnsupportedException {
    TensorData data = call.known(condition);
    if (data == null) {
      throw new UnsupportedException(
          String.format(
              Locale.ROOT,
              "operator %s whose condition is known only when it runs",
              call.operator()));
    }
    if (data.element() != ElementType.BOOL || data.count() != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "the condition is %s, expected one BOOL", data.type()));
    }
    return data.longAt(0) != 0;
  }

  private static void requireCount(String what, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: there are %d, expected %d", what, found, expected));
    }
  }

  /** The body takes number of iteration, condition, state; it gives condition, state, elements. */
  private static void loop(Call call) throws UnsupportedException, IOException {
    GraphProto body = call.body("body");
    long iterations = call.has(0) ? iterations(call) : Long.MAX_VALUE;
    boolean goesOn = !call.has(1) || truth(call, call.input(1));
    int states = Math.max(0, call.inputs().size() - 2);
    List<String> state = call.inputs().subList(call.inputs().size() - states, call.inputs().size());
    List<List<String>> elements = new ArrayList<>();
    for (long i = 0; goesOn && i < iterations; i++) {
      List<String> inputs = new ArrayList<>();
      inputs.add(call.constant(TensorData.of(new long[] {i})));
      inputs.add(call.constant(TensorData.of(ElementType.BOOL, MemorySegment.ofArray(YES))));
      inputs.addAll(state);
      List<String> values = call.inline(body, inputs);
      requireCount("outputs of the body", values.size(), 1 + call.outputs());
      goesOn = truth(call, values.getFirst());
      state = values.subList(1, 1 + states);
      elements.add(values.subList(1 + states, values.size()));
    }
    List<Long> first = Collections.nCopies(call.outputs() - states, 0L);
    finish(call, state, elements, first, first);
  }

  private static final byte[] YES = {1};

  private static long iterations(Call call) throws UnsupportedException {
    TensorData data = call.known(call.input(0));
    if (data == null) {
      throw new UnsupportedException(
          "operator Loop whose number of iterations is known only when it runs");
    }
    if (data.element() != ElementType.I64 || data.count() != 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the number of iterations is %s, expected one I64", data.type()));
    }
    return data.longAt(0);
  }

  /** The body takes state and slices; it gives state and elements. */
  private static void scan(Call call) throws UnsupportedException, IOException {
    if (call.version() < 9) {
      throw new UnsupportedException("operator Scan of operator set 8");
    }
    GraphProto body = call.body("body");
    int scanned = Math.clamp(call.integer("num_scan_inputs", 0), 0, 1 << 20);
    int states = call.inputs().size() - scanned;
    if (scanned < 1 || states < 0 || states > call.outputs()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "num_scan_inputs is %d of %d inputs, and there are %d outputs",
              scanned,
              call.inputs().size(),
              call.outputs()));
    }
    List<Long> axes = orZeros(call.integers("scan_input_axes"), scanned);
    List<Long> directions = orZeros(call.integers("scan_input_directions"), scanned);
    int made = call.outputs() - states;
    List<Long> outputAxes = orZeros(call.integers("scan_output_axes"), made);
    List<Long> outputDirections = orZeros(call.integers("scan_output_directions"), made);
    long length = length(call, states, axes);
    List<String> state = call.inputs().subList(0, states);
    List<List<String>> elements = new ArrayList<>();
    for (long i = 0; i < length; i++) {
      List<String> inputs = new ArrayList<>(state);
      for (int k = 0; k < scanned; k++) {
        long at = directions.get(k) == 0 ? i : length - 1 - i;
        String index = call.constant(TensorData.of(new long[] {at}));
        inputs.add(call.step(new Gather(axes.get(k)), call.input(states + k), index));
      }
      List<String> values = call.inline(body, inputs);
      requireCount("outputs of the body", values.size(), call.outputs());
      state = values.subList(0, states);
      elements.add(values.subList(states, values.size()));
    }
    finish(call, state, elements, outputAxes, outputDirections);
  }

  private static List<Long> orZeros(List<Long> given, int count) {
    if (given.isEmpty()) {
      return Collections.nCopies(count, 0L);
    }
    requireCount("numbers of an attribute", given.size(), count);
    return given;
  }

  /** How many slices all scanned inputs have. */
  private static long length(Call call, int states, List<Long> axes) throws UnsupportedException {
    long length = -1;
    for (int k = 0; k < axes.size(); k++) {
      List<Dim> dims = call.type(states + k).dims();
      int rank = dims == null ? 0 : dims.size();
      long axis = axes.get(k) < 0 ? axes.get(k) + rank : axes.get(k);
      if (dims != null && (axis < 0 || axis >= rank)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "axis %d of %d", axes.get(k), rank));
      }
      long size = dims == null ? -1 : dims.get((int) axis).size();
      if (size < 0) {
        throw new UnsupportedException("operator Scan of a length that is known only when it runs");
      }
      if (length >= 0 && size != length) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "inputs have %d and %d slices", length, size));
      }
      length = size;
    }
    return length;
  }

  /** The last state, and the elements of all iterations put together along new axes. */
  private static void finish(
      Call call,
      List<String> state,
      List<List<String>> elements,
      List<Long> axes,
      List<Long> directions)
      throws UnsupportedException {
    for (int i = 0; i < state.size(); i++) {
      if (!call.output(i).isEmpty()) {
        call.emitAs(new Identity(), List.of(state.get(i)), List.of(call.output(i)));
      }
    }
    for (int k = 0; k < axes.size(); k++) {
      String output = call.output(state.size() + k);
      if (output.isEmpty()) {
        continue;
      }
      if (elements.isEmpty()) {
        throw new UnsupportedException(
            String.format(
                Locale.ROOT, "operator %s without iterations, but with elements", call.operator()));
      }
      List<String> parts = new ArrayList<>();
      for (List<String> values : elements) {
        String axis = call.longs(axes.get(k));
        parts.add(call.step(new Unsqueeze(), values.get(k), axis));
      }
      if (directions.get(k) != 0) {
        Collections.reverse(parts);
      }
      call.emitAs(new Concat(axes.get(k)), parts, List.of(output));
    }
  }
}
