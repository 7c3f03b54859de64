package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * What {@code classify --dataset} found out.
 *
 * @param dataset where the images are
 * @param run how networks ran, for instance {@code f32, 1 thread}
 * @param networks how often each is right
 */
record AccuracyReport(String dataset, String run, List<Accuracy> networks) {
  void print(PrintWriter out) {
    Table table = new Table("lrrr");
    for (Accuracy result : networks) {
      table.row(
          result.network(),
          String.format(Locale.ROOT, "%d of %d right", result.right(), result.images()),
          Figures.number("%.2f %%", 100 * result.share()),
          Figures.number("%.1f s", result.seconds()));
    }
    table.print(out);
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStringField("dataset", dataset);
    json.writeStringField("run", run);
    json.writeArrayFieldStart("networks");
    for (Accuracy result : networks) {
      json.writeStartObject();
      json.writeStringField("network", result.network());
      json.writeNumberField("right", result.right());
      json.writeNumberField("images", result.images());
      json.writeNumberField("accuracy", result.share());
      json.writeNumberField("seconds", result.seconds());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
