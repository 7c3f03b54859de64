package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import java.util.ArrayList;
import java.util.List;

/** What calling from Java costs. */
record BridgeSection(List<BridgeResult> results) implements Section {
  @Override
  public List<String> answers() {
    List<Double> large =
        results.stream().filter(r -> r.cUs() > 100).map(BridgeResult::ratio).toList();
    if (large.isEmpty()) {
      return List.of();
    }
    return List.of(
        Html.answer(
            Figures.number("%+.1f %%", 100 * (Figures.geometricMean(large) - 1)),
            "for calling oneDNN from Java, not from C (layers over 100 us)"));
  }

  @Override
  public String html() {
    StringBuilder html = new StringBuilder();
    html.append("<h2>What the bridge costs</h2>\n<p>The same primitives in the same order from")
        .append(
            " Java and from a C program, through the same native library, in turn. Medians of several"
                + " starts: Java over C is that of the same start, and so not quite what the two"
                + " columns before it give, plus or minus half of what the starts differ at most.</p>\n");
    List<List<String>> rows = new ArrayList<>();
    for (BridgeResult r : results) {
      rows.add(
          List.of(
              Html.escape(r.layer()),
              Numbers.alpha(r.alpha()),
              Integer.toString(r.primitives()),
              Numbers.micros(r.javaUs()),
              Numbers.micros(r.cUs()),
              Figures.number("%+.1f %%", 100 * (r.ratio() - 1))
                  + (r.ratioSpread() == null
                      ? ""
                      : Figures.number(" <small>\u00b1%.1f</small>", 50 * r.ratioSpread())),
              r.nanosPerPrimitive() == null ? "" : Figures.number("%.0f", r.nanosPerPrimitive())));
    }
    html.append(
        Html.table(
            List.of(
                "layer",
                "alpha",
                "primitives",
                "Java us",
                "C us",
                "Java over C",
                "ns per primitive over C"),
            rows));
    return html.toString();
  }
}
