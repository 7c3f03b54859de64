package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.nn.Advice;
import io.github.octconv4j.nn.Advice.Trial;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** How the commands of {@code explain} show an advice. */
final class AdviceTable {
  private AdviceTable() {}

  /** The form of an alpha. */
  static Trial trial(Advice advice, double alpha) {
    if (alpha == 0) {
      return advice.dense();
    }
    return advice.octaves().stream()
        .filter(trial -> trial.alpha() == alpha)
        .findFirst()
        .orElseThrow();
  }

  static void print(PrintWriter out, Advice advice) {
    Table table =
        new Table("lrrrrrrr")
            .row(
                "alpha",
                "predicted us",
                "us",
                "ratio",
                "predicted ratio",
                "predicted kB",
                "activations kB",
                "ratio");
    row(table, advice, advice.dense());
    advice.octaves().forEach(trial -> row(table, advice, trial));
    table.print(out);
    out.printf(
        Locale.ROOT,
        "(us: medians of %d rounds in which all forms ran in turn, whole and warm; predicted: if only"
            + " multiply-adds took time, and activations shrank as feature maps do)%n",
        advice.rounds());
    out.println();
    out.println(summary(advice));
  }

  private static void row(Table table, Advice advice, Trial trial) {
    double predicted = advice.predictedMicroseconds(trial) / advice.dense().microseconds();
    double memory = (double) trial.activationBytes() / advice.dense().activationBytes();
    boolean dense = trial.alpha() == 0;
    table.row(
        dense ? "dense" : Figures.alpha(trial.alpha()),
        dense ? "" : Figures.number("%.1f", advice.predictedMicroseconds(trial)),
        Figures.number("%.1f", trial.microseconds()),
        Figures.number("%.3f", advice.ratio(trial)),
        Figures.number("%.3f", predicted),
        dense ? "" : Figures.number("%.1f", advice.predictedActivationBytes(trial) / 1e3),
        Figures.number("%.1f", trial.activationBytes() / 1e3),
        Figures.number("%.3f", memory));
  }

  /** The sentence as a sentence. */
  static String summary(Advice advice) {
    String sentence = advice.sentence();
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1) + ".";
  }

  static void write(JsonGenerator json, Advice advice, double alpha) throws IOException {
    json.writeArrayFieldStart("advice");
    write(json, advice, advice.dense());
    for (Trial trial : advice.octaves()) {
      write(json, advice, trial);
    }
    json.writeEndArray();
    json.writeBooleanField("pays", advice.pays(trial(advice, alpha)));
    json.writeStringField("summary", summary(advice));
  }

  private static void write(JsonGenerator json, Advice advice, Trial trial) throws IOException {
    json.writeStartObject();
    json.writeNumberField("share", trial.alpha());
    json.writeNumberField("predicted_us", advice.predictedMicroseconds(trial));
    json.writeNumberField("measured_us", trial.microseconds());
    json.writeNumberField("predicted_bytes", advice.predictedActivationBytes(trial));
    json.writeNumberField("measured_bytes", trial.activationBytes());
    json.writeEndObject();
  }
}
