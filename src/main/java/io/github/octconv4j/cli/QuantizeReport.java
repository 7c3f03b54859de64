package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.quant.QuantizedLayer;
import io.github.octconv4j.quant.QuantizedNetwork;
import io.github.octconv4j.quant.Quantizer;
import io.github.octconv4j.quant.Ranges;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;

/**
 * What {@code quantize} did.
 *
 * @param network its name
 * @param file that was written
 * @param bytesBefore of the model's file; 0 where it is embedded
 * @param bytes of the file that was written
 * @param pictures on which ranges were observed
 * @param ranges how they were chosen
 * @param result the network and its layers
 */
record QuantizeReport(
    String network,
    String file,
    long bytesBefore,
    long bytes,
    int pictures,
    Ranges ranges,
    QuantizedNetwork result) {
  private static final double MEGA = 1e6;

  /** The value of {@code --method}. */
  static String name(Ranges ranges) {
    return ranges.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private long whole() {
    return result.layers().stream().filter(QuantizedLayer::quantized).count();
  }

  private String madeFor() {
    return Objects.requireNonNull(result.network().notes().get(Quantizer.MADE_FOR));
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "network %s, ranges of %d pictures by %s%n%n",
        Printable.text(network),
        pictures,
        name(ranges));
    Table table = new Table("llrl").row("layer", "operator", "loss alone", "computed in");
    for (QuantizedLayer layer : result.layers()) {
      table.row(
          Printable.text(layer.name()),
          layer.operator(),
          Double.isNaN(layer.loss()) ? "" : Figures.number("%.1e", layer.loss()),
          layer.quantized() ? "int8" : "f32: " + layer.reason());
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%nint8: %d of %d layers; outputs lose %.1e (1 less the cosine), %.1f %% of the pictures have the class they had%n",
        whole(),
        result.layers().size(),
        result.loss(),
        100 * result.sameClass());
    if (!Double.isNaN(result.lostAccuracy())) {
      out.printf(Locale.ROOT, "%.2f %% fewer pictures are right%n", 100 * result.lostAccuracy());
    }
    out.printf(
        Locale.ROOT,
        "%s: %.2f MB%s, %s%n",
        Printable.path(file),
        bytes / MEGA,
        bytesBefore == 0 ? "" : Figures.number(" (%.2f before)", bytesBefore / MEGA),
        madeFor().equals("any")
            ? "made for any processor (7 bits of weights)"
            : "made for processors with VNNI (8 bits of weights); others give the same classes, in floats");
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStringField("network", network);
    json.writeStringField("file", file);
    json.writeNumberField("bytes", bytes);
    json.writeNumberField("pictures", pictures);
    json.writeStringField("method", name(ranges));
    json.writeStringField("made_for", madeFor());
    json.writeNumberField("loss", result.loss());
    json.writeNumberField("same_class", result.sameClass());
    if (!Double.isNaN(result.lostAccuracy())) {
      json.writeNumberField("lost_accuracy", result.lostAccuracy());
    }
    json.writeArrayFieldStart("layers");
    for (QuantizedLayer layer : result.layers()) {
      json.writeStartObject();
      json.writeStringField("name", layer.name());
      json.writeStringField("operator", layer.operator());
      if (!Double.isNaN(layer.loss())) {
        json.writeNumberField("loss", layer.loss());
      }
      json.writeBooleanField("int8", layer.quantized());
      if (!layer.quantized()) {
        json.writeStringField("reason", layer.reason());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
