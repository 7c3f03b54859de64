package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.bench.NetContender;
import io.github.octconv4j.cli.bench.NetResult;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.nn.Advice;
import io.github.octconv4j.nn.Predictor.LayerTime;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@code explain net} found out.
 *
 * @param machine where
 * @param run how the octave network ran
 * @param result octave beside dense
 * @param advice the same with other alphas, all from one race
 * @param parameters of either network
 * @param octave memory of the octave network
 * @param dense memory of the dense one
 * @param layers of the octave network
 */
record ExplainNetReport(
    Machine machine,
    String run,
    NetResult result,
    Advice advice,
    long parameters,
    Side octave,
    Side dense,
    List<LayerTime> layers) {
  private static final double MEGA = 1e6;

  /**
   * Memory of a network.
   *
   * @param weights bytes in the layouts of the plan
   * @param activations bytes of each predictor's activations, which share memory
   * @param live bytes of the largest set of activations that is needed at once
   */
  record Side(long weights, long activations, long live) {
    static Side of(NetContender contender) {
      return new Side(
          contender.weightBytes(),
          contender.predictor().activationBytes(),
          contender.predictor().largestLiveBytes());
    }
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s, alpha %s, %s%n",
        Printable.text(result.name()),
        Figures.alpha(result.alpha()),
        run);
    out.printf(Locale.ROOT, "%s%n%n", machine);
    printLayers(out);
    out.println();
    printMemory(out);
    out.println();
    AdviceTable.print(out, advice);
  }

  private void printLayers(PrintWriter out) {
    Table table =
        new Table("lrrrrl")
            .row("layer", "steps", "multiply-adds", "us", "GFLOP/s", "plan and implementations");
    for (LayerTime layer : layers) {
      long multiplyAdds = multiplyAdds(layer);
      table.row(
          Printable.text(layer.name()),
          Integer.toString(layer.steps().size()),
          Figures.count(multiplyAdds),
          Figures.number("%.1f", layer.microseconds()),
          multiplyAdds == 0
              ? ""
              : Figures.number("%.1f", 2e-3 * multiplyAdds / layer.microseconds()),
          layer.formulation()
              + (layer.formulation().isEmpty() ? "" : "; ")
              + implementations(layer));
    }
    double sum = layers.stream().mapToDouble(LayerTime::microseconds).sum();
    table.row(
        "total",
        Long.toString(layers.stream().mapToLong(layer -> layer.steps().size()).sum()),
        Figures.count(layers.stream().mapToLong(ExplainNetReport::multiplyAdds).sum()),
        Figures.number("%.1f", sum),
        "",
        "");
    table.print(out);
    out.println(
        "(us: medians of each layer, timed one by one, so that the total is not quite the time of a"
            + " run)");
  }

  private static long multiplyAdds(LayerTime layer) {
    return layer.steps().stream().mapToLong(StepInfo::multiplyAdds).sum();
  }

  private static String implementations(LayerTime layer) {
    return layer.steps().stream()
        .map(StepInfo::implementation)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private void printMemory(PrintWriter out) {
    Table table = new Table("lrrr").row("memory, MB", "octave", "dense", "ratio");
    row(table, "weights", octave.weights, dense.weights);
    row(table, "activations", octave.activations, dense.activations);
    row(table, "largest live set of activations", octave.live, dense.live);
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%s parameters; %s multiply-adds, %s in the dense network%n",
        Figures.count(parameters),
        Figures.count(result.octaveMultiplyAdds()),
        Figures.count(result.denseMultiplyAdds()));
  }

  private static void row(Table table, String what, long octave, long dense) {
    table.row(
        what,
        Figures.number("%.2f", octave / MEGA),
        Figures.number("%.2f", dense / MEGA),
        Figures.number("%.3f", (double) octave / dense));
  }

  void write(JsonGenerator json) throws IOException {
    machine.write(json);
    json.writeStringField("name", result.name());
    json.writeNumberField("alpha", result.alpha());
    json.writeStringField("run", run);
    json.writeNumberField("octave_us", result.octaveMicroseconds());
    json.writeNumberField("dense_us", result.denseMicroseconds());
    json.writeNumberField("ratio", result.ratio());
    json.writeNumberField("multiply_add_ratio", result.multiplyAddRatio());
    json.writeNumberField("parameters", parameters);
    write(json, "octave", octave, result.octaveMultiplyAdds());
    write(json, "dense", dense, result.denseMultiplyAdds());
    json.writeArrayFieldStart("layers");
    for (LayerTime layer : layers) {
      json.writeStartObject();
      json.writeStringField("name", layer.name());
      json.writeStringField("formulation", layer.formulation());
      json.writeNumberField("us", layer.microseconds());
      json.writeNumberField("multiply_adds", multiplyAdds(layer));
      json.writeNumberField("steps", layer.steps().size());
      json.writeStringField("implementations", implementations(layer));
      json.writeEndObject();
    }
    json.writeEndArray();
    AdviceTable.write(json, advice, result.alpha());
  }

  private static void write(JsonGenerator json, String name, Side side, long multiplyAdds)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("multiply_adds", multiplyAdds);
    json.writeNumberField("weight_bytes", side.weights);
    json.writeNumberField("activation_bytes", side.activations);
    json.writeNumberField("largest_live_bytes", side.live);
    json.writeEndObject();
  }
}
