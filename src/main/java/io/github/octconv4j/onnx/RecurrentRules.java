package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Recurrent;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Recurrent layers. */
final class RecurrentRules {
  private RecurrentRules() {}

  static void addTo(Map<String, Rules.Rule> rules) {
    for (Recurrent.Cell cell : Recurrent.Cell.values()) {
      rules.put(cell.onnxName(), call -> translate(call, cell));
    }
  }

  private static void translate(Call call, Recurrent.Cell cell) throws UnsupportedException {
    call.ignore("output_sequence"); // before set 7; outputs are asked for by their names
    call.emit(
        new Recurrent(
            cell,
            call.choice("direction", Recurrent.Direction.FORWARD),
            call.integer("hidden_size", 0),
            activations(call),
            call.real("clip", Float.POSITIVE_INFINITY),
            !cell.variant().isEmpty() && call.flag(cell.variant(), false),
            call.flag("layout", false)));
  }

  /** Those functions that have parameters take them from the lists, one after the other. */
  private static List<Unary> activations(Call call) throws UnsupportedException {
    float[] alphas = call.reals("activation_alpha");
    float[] betas = call.reals("activation_beta");
    int alpha = 0;
    int beta = 0;
    List<Unary> all = new ArrayList<>();
    for (String name : call.texts("activations")) {
      Unary unary = Unary.of(function(call, name));
      int parameters = unary.function().parameters().size();
      boolean first = parameters > 0 && alpha < alphas.length;
      boolean second = parameters > 1 && beta < betas.length;
      all.add(
          new Unary(
              unary.function(),
              first ? alphas[alpha++] : unary.alpha(),
              second ? betas[beta++] : unary.beta()));
    }
    return all;
  }

  private static UnaryFunction function(Call call, String name) throws UnsupportedException {
    for (UnaryFunction function : UnaryFunction.values()) {
      if (function.onnxName().equalsIgnoreCase(name)) {
        return function;
      }
    }
    throw new UnsupportedException(
        String.format(Locale.ROOT, "activation %s of %s", name, call.operator()));
  }
}
