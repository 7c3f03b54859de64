package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.bench.NetResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * What {@code bench net} found out.
 *
 * @param machine where
 * @param arithmetic of the octave networks, for instance {@code f32}
 * @param threads of a run
 * @param batch images of a run
 * @param results at least one, all of the same network
 */
record BenchNetReport(
    Machine machine, String arithmetic, int threads, int batch, List<NetResult> results) {
  private String name() {
    return results.getFirst().name();
  }

  /** Returns for instance {@code f32, 1 thread, batch 1}. */
  private String run() {
    return String.format(
        Locale.ROOT, "%s, %s, batch %d", arithmetic, Figures.threads(threads), batch);
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s%n%s, octave %s, dense f32; times are medians of interleaved runs%n%n",
        machine,
        name(),
        run());
    Table table =
        new Table("rrrrrrrrrr")
            .row(
                "alpha",
                "octave ms",
                "dense ms",
                "ratio",
                "multiply-add ratio",
                "octave GFLOP/s",
                "dense GFLOP/s",
                "multiply-adds",
                "ref",
                "planned in s");
    for (NetResult r : results) {
      table.row(
          Figures.alpha(r.alpha()),
          Figures.number("%.2f", r.octaveMicroseconds() / 1e3),
          Figures.number("%.2f", r.denseMicroseconds() / 1e3),
          Figures.number("%.3f", r.ratio()),
          Figures.number("%.3f", r.multiplyAddRatio()),
          Figures.number("%.1f", r.octaveGflops()),
          Figures.number("%.1f", r.denseGflops()),
          Figures.count(r.octaveMultiplyAdds()),
          Integer.toString(r.references()),
          Figures.number("%.1f", r.buildSeconds()));
    }
    table.print(out);
  }

  byte[] toPng() throws IOException {
    String title = name() + " against dense (f32), octave " + run();
    List<RatioPlot.Point> points =
        results.stream().map(r -> new RatioPlot.Point(r.name(), r.alpha(), r.ratio())).toList();
    return new RatioPlot(title, machine.toString()).toPng(points);
  }

  void write(JsonGenerator json) throws IOException {
    machine.write(json);
    json.writeArrayFieldStart("results");
    for (NetResult r : results) {
      json.writeStartObject();
      json.writeStringField("name", r.name());
      json.writeNumberField("alpha", r.alpha());
      json.writeStringField("dtype", arithmetic);
      json.writeNumberField("threads", threads);
      json.writeNumberField("batch", batch);
      json.writeNumberField("octave_us", r.octaveMicroseconds());
      json.writeNumberField("dense_us", r.denseMicroseconds());
      json.writeNumberField("ratio", r.ratio());
      json.writeNumberField("multiply_add_ratio", r.multiplyAddRatio());
      json.writeNumberField("octave_gflops", r.octaveGflops());
      json.writeNumberField("dense_gflops", r.denseGflops());
      json.writeNumberField("ref", r.references());
      json.writeNumberField("octave_multiply_adds", r.octaveMultiplyAdds());
      json.writeNumberField("dense_multiply_adds", r.denseMultiplyAdds());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
