package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.bench.LayerResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What {@code bench layers} found out.
 *
 * @param machine where
 * @param results at least one
 */
record BenchReport(Machine machine, List<LayerResult> results) {
  void print(PrintWriter out) {
    LayerResult first = results.getFirst();
    out.printf(
        "%s%noctave %s, dense f32, %d thread%s; times are medians of interleaved runs%n%n",
        machine, LayerOptions.name(first.type()), first.threads(), first.threads() == 1 ? "" : "s");
    Table table =
        new Table("lrrrrrrrrrl")
            .row(
                "layer",
                "batch",
                "alpha",
                "octave us",
                "dense us",
                "ratio",
                "limit",
                "octave GFLOP/s",
                "dense GFLOP/s",
                "ref",
                "octave plan");
    for (LayerResult result : results) {
      table.row(
          Failure.oneLine(result.layer().name()),
          Integer.toString(result.layer().batch()),
          alpha(result.alpha()),
          number("%.1f", result.octave().microseconds()),
          number("%.1f", result.dense().microseconds()),
          number("%.3f", result.ratio()),
          number("%.3f", result.limit()),
          number("%.1f", result.octave().gflops()),
          number("%.1f", result.dense().gflops()),
          references(result),
          result.octave().formulation().toString());
    }
    for (double alpha : results.stream().map(LayerResult::alpha).distinct().toList()) {
      List<LayerResult> same = results.stream().filter(r -> r.alpha() == alpha).toList();
      table.row(
          "geometric mean",
          "",
          alpha(alpha),
          "",
          "",
          number("%.3f", geometricMean(same, LayerResult::ratio)),
          number("%.3f", geometricMean(same, LayerResult::limit)),
          "",
          "",
          "",
          "");
    }
    table.print(out);
  }

  /** Reference implementations of the octave plan, and of the dense one where it has some. */
  private static String references(LayerResult result) {
    int dense = result.dense().references();
    return result.octave().references() + (dense == 0 ? "" : " (dense %d)".formatted(dense));
  }

  private static double geometricMean(
      List<LayerResult> results, ToDoubleFunction<LayerResult> value) {
    return Math.exp(
        results.stream()
            .mapToDouble(r -> Math.log(value.applyAsDouble(r)))
            .average()
            .orElseThrow());
  }

  static String alpha(double alpha) {
    return Double.toString(alpha).replaceFirst("\\.0$", "");
  }

  static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  void write(JsonGenerator json) throws IOException {
    machine.write(json);
    json.writeArrayFieldStart("results");
    for (LayerResult result : results) {
      json.writeStartObject();
      writeFigures(json, result);
      json.writeStringField("formulation", result.octave().formulation().toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes the fields of one result. */
  static void writeFigures(JsonGenerator json, LayerResult result) throws IOException {
    json.writeStringField("name", result.layer().name());
    json.writeStringField("problem", result.layer().problem());
    json.writeNumberField("alpha", result.alpha());
    json.writeStringField("dtype", LayerOptions.name(result.type()));
    json.writeNumberField("threads", result.threads());
    json.writeNumberField("batch", result.layer().batch());
    json.writeNumberField("rounds", result.rounds());
    json.writeNumberField("octave_us", result.octave().microseconds());
    json.writeNumberField("dense_us", result.dense().microseconds());
    json.writeNumberField("ratio", result.ratio());
    json.writeNumberField("limit", result.limit());
    json.writeNumberField("octave_gflops", result.octave().gflops());
    json.writeNumberField("dense_gflops", result.dense().gflops());
    json.writeNumberField("ref", result.octave().references());
    json.writeNumberField("dense_ref", result.dense().references());
    json.writeStringField("dense_formulation", result.dense().formulation().toString());
  }
}
