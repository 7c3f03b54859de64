package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.bench.LayerResult;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What {@code bench layers} found out.
 *
 * @param machine where
 * @param results at least one
 */
record BenchLayersReport(Machine machine, List<LayerResult> results) {
  void print(PrintWriter out) {
    LayerResult first = results.getFirst();
    out.printf(
        Locale.ROOT,
        "%s%noctave %s, dense f32, %s; times are medians of interleaved runs%n%n",
        machine,
        Figures.arithmetic(first.options()),
        Figures.threads(first.options().threads()));
    Table table =
        new Table("lrrrrrrrrrl")
            .row(
                "layer",
                "batch",
                "alpha",
                "octave us",
                "dense us",
                "ratio",
                "multiply-add ratio",
                "octave GFLOP/s",
                "dense GFLOP/s",
                "ref",
                "octave plan");
    for (LayerResult result : results) {
      table.row(
          Printable.text(result.layer().name()),
          Integer.toString(result.layer().batch()),
          Figures.alpha(result.alpha()),
          Figures.number("%.1f", result.octave().microseconds()),
          Figures.number("%.1f", result.dense().microseconds()),
          Figures.number("%.3f", result.ratio()),
          Figures.number("%.3f", result.multiplyAddRatio()),
          Figures.number("%.1f", result.octave().gflops()),
          Figures.number("%.1f", result.dense().gflops()),
          references(result),
          result.octave().formulation());
    }
    for (double alpha : results.stream().map(LayerResult::alpha).distinct().toList()) {
      List<LayerResult> same = results.stream().filter(r -> r.alpha() == alpha).toList();
      table.row(
          "geometric mean",
          "",
          Figures.alpha(alpha),
          "",
          "",
          Figures.number("%.3f", mean(same, LayerResult::ratio)),
          Figures.number("%.3f", mean(same, LayerResult::multiplyAddRatio)),
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
    return result.octave().references()
        + (dense == 0 ? "" : String.format(Locale.ROOT, " (dense %d)", dense));
  }

  private static double mean(List<LayerResult> results, Function<LayerResult, Double> value) {
    return Figures.geometricMean(results.stream().map(value).toList());
  }

  void write(JsonGenerator json) throws IOException {
    machine.write(json);
    json.writeArrayFieldStart("results");
    for (LayerResult result : results) {
      json.writeStartObject();
      writeFigures(json, result);
      json.writeNumberField("octave_spread", result.octave().spread());
      json.writeNumberField("dense_spread", result.dense().spread());
      json.writeStringField("formulation", result.octave().formulation());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes the fields of one result. */
  static void writeFigures(JsonGenerator json, LayerResult result) throws IOException {
    json.writeStringField("name", result.layer().name());
    json.writeStringField("problem", result.layer().problem());
    json.writeNumberField("alpha", result.alpha());
    json.writeStringField("dtype", Figures.arithmetic(result.options()));
    json.writeNumberField("threads", result.options().threads());
    json.writeNumberField("batch", result.layer().batch());
    json.writeNumberField("rounds", result.rounds());
    json.writeNumberField("octave_us", result.octave().microseconds());
    json.writeNumberField("dense_us", result.dense().microseconds());
    json.writeNumberField("ratio", result.ratio());
    json.writeNumberField("multiply_add_ratio", result.multiplyAddRatio());
    json.writeNumberField("octave_gflops", result.octave().gflops());
    json.writeNumberField("dense_gflops", result.dense().gflops());
    json.writeNumberField("ref", result.octave().references());
    json.writeNumberField("dense_ref", result.dense().references());
    json.writeStringField("dense_formulation", result.dense().formulation());
  }
}
