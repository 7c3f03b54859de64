package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code classify} found out about pictures.
 *
 * @param network the one that classified
 * @param run how it ran, for instance {@code f32, 1 thread}
 * @param expected what the network expects of a picture
 * @param pictures what was classified
 * @param classifications one for each picture
 * @param symbols of its classes
 * @param timings of the network and of the one it is compared with
 * @param comparison what is known of both, where they are embedded
 */
record ClassifyReport(
    NetworkInfo network,
    String run,
    String expected,
    List<Picture> pictures,
    List<Classification> classifications,
    Symbols symbols,
    List<Timing> timings,
    Optional<Known> comparison) {
  private static final int TOP = 3;
  private static final double MEGA = 1e6;

  /**
   * How often embedded networks are right.
   *
   * @param testSet where
   * @param accuracies shares, in the networks' order
   */
  record Known(String testSet, List<Double> accuracies) {}

  void print(PrintWriter out) {
    out.printf(Locale.ROOT, "network %s, %s%n", Printable.text(network.name()), run);
    out.printf(Locale.ROOT, "expects %s; pictures are scaled, never inverted%n%n", expected);
    printPictures(out);
    out.println();
    printTimings(out);
  }

  private void printPictures(PrintWriter out) {
    boolean known = pictures.stream().anyMatch(picture -> picture.trueLabel().isPresent());
    Table table = new Table("llrlrlr" + (known ? "l" : ""));
    table.row(cells(known, "true label", "file", "1st", "", "2nd", "", "3rd", ""));
    int right = 0;
    for (int i = 0; i < pictures.size(); i++) {
      String[] cells = {Printable.path(pictures.get(i).file()), "", "", "", "", "", ""};
      List<Classification.Candidate> top = classifications.get(i).top(TOP);
      for (int k = 0; k < top.size(); k++) {
        cells[2 * k + 1] = symbols.before(top.get(k).index()) + Printable.text(top.get(k).label());
        cells[2 * k + 2] = percent(top.get(k).probability());
      }
      Optional<String> label = pictures.get(i).trueLabel();
      right += label.isPresent() && label.get().equals(top.getFirst().label()) ? 1 : 0;
      table.row(cells(known, label.map(Printable::text).orElse(""), cells));
    }
    table.print(out);
    if (known) {
      out.printf(Locale.ROOT, "%d of %d right%n", right, pictures.size());
    }
  }

  private static String[] cells(boolean known, String label, String... cells) {
    if (!known) {
      return cells;
    }
    String[] all = new String[cells.length + 1];
    System.arraycopy(cells, 0, all, 0, cells.length);
    all[cells.length] = label;
    return all;
  }

  private void printTimings(PrintWriter out) {
    Table table = new Table("lrrrr" + (comparison.isPresent() ? "r" : ""));
    row(table, "accuracy", "network", "time per image", "multiply-adds", "weights", "activations");
    for (int i = 0; i < timings.size(); i++) {
      Timing timing = timings.get(i);
      row(
          table,
          accuracy(i),
          Printable.text(timing.network()),
          Figures.number("%.1f us", timing.microseconds()),
          Figures.count(timing.multiplyAdds()),
          Figures.number("%.2f MB", timing.weightBytes() / MEGA),
          Figures.number("%.2f MB", timing.activationBytes() / MEGA));
    }
    if (timings.size() == 2) {
      Timing first = timings.getFirst();
      Timing second = timings.getLast();
      row(
          table,
          comparison.map(ClassifyReport::points).orElse(""),
          "ratio",
          ratio(first.microseconds() / second.microseconds()),
          ratio((double) first.multiplyAdds() / second.multiplyAdds()),
          ratio((double) first.weightBytes() / second.weightBytes()),
          ratio((double) first.activationBytes() / second.activationBytes()));
    }
    table.print(out);
    out.printf(Locale.ROOT, "(median of %d runs, one image each)%n", timings.getFirst().runs());
    out.println("(weights in the plan's layouts; activations of one run)");
    comparison.ifPresent(
        known -> out.printf(Locale.ROOT, "(accuracy in f32, %s)%n", known.testSet()));
    whySlower().ifPresent(out::println);
  }

  private void row(Table table, String accuracy, String... cells) {
    if (comparison.isPresent()) {
      String[] all = Arrays.copyOf(cells, cells.length + 1);
      all[cells.length] = accuracy;
      table.row(all);
    } else {
      table.row(cells);
    }
  }

  private String accuracy(int network) {
    return comparison
        .map(known -> Figures.number("%.2f %%", 100 * known.accuracies().get(network)))
        .orElse("");
  }

  private static String points(Known known) {
    double difference = known.accuracies().getFirst() - known.accuracies().getLast();
    return Figures.number("%+.2f points", 100 * difference);
  }

  /** Where the first network lost although it computes less. */
  private Optional<String> whySlower() {
    if (timings.size() != 2) {
      return Optional.empty();
    }
    Timing first = timings.getFirst();
    Timing second = timings.getLast();
    return first.microseconds() > second.microseconds()
            && first.multiplyAdds() < second.multiplyAdds()
            && first.steps() > second.steps()
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s computes less and takes longer: at %d x %d pixels its %d steps, where the other has %d, cost more to start than they save",
                Printable.text(first.network()),
                network.width(),
                network.height(),
                first.steps(),
                second.steps()))
        : Optional.empty();
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStringField("network", network.name());
    json.writeStringField("run", run);
    json.writeStringField("expects", expected);
    json.writeArrayFieldStart("images");
    for (int i = 0; i < pictures.size(); i++) {
      json.writeStartObject();
      json.writeStringField("file", pictures.get(i).file());
      if (pictures.get(i).trueLabel().isPresent()) {
        json.writeStringField("true_label", pictures.get(i).trueLabel().get());
      }
      json.writeArrayFieldStart("top");
      for (Classification.Candidate candidate : classifications.get(i).top(TOP)) {
        json.writeStartObject();
        json.writeNumberField("class", candidate.index());
        json.writeStringField("label", candidate.label());
        json.writeNumberField("probability", candidate.probability());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("timings");
    for (int i = 0; i < timings.size(); i++) {
      Timing timing = timings.get(i);
      json.writeStartObject();
      json.writeStringField("network", timing.network());
      json.writeNumberField("runs", timing.runs());
      json.writeNumberField("us_per_image", timing.microseconds());
      json.writeNumberField("multiply_adds", timing.multiplyAdds());
      json.writeNumberField("steps", timing.steps());
      json.writeNumberField("weight_bytes", timing.weightBytes());
      json.writeNumberField("activation_bytes", timing.activationBytes());
      if (comparison.isPresent()) {
        json.writeNumberField("accuracy", comparison.get().accuracies().get(i));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static String percent(double probability) {
    return Figures.number("%.1f %%", 100 * probability);
  }

  private static String ratio(double value) {
    return Figures.number("%.3f", value);
  }
}
