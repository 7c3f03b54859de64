package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.LineChart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * This library against others, layer by layer.
 *
 * @param chart null where there is a single alpha
 */
record PeersSection(List<PeerResult> results, LineChart chart) implements Section {
  @Override
  public List<String> answers() {
    return PeerComparison.all(results).stream()
        .filter(c -> c.alpha() == ALPHA && c.threads() == 1 && c.ours().equals(PeerComparison.OURS))
        .map(c -> Html.answer(Numbers.times(c.mean()) + "\u00d7", "as fast as " + c.theirs()))
        .toList();
  }

  @Override
  public String html() throws IOException {
    StringBuilder html = new StringBuilder();
    html.append("<h2>Against what people use today</h2>\n")
        .append("<p>The same layers on the same data. ")
        .append(
            Html.escape(
                "\u201coctconv4j\u201d keeps data in the layout that its plan likes, as between the"
                    + " layers of a network; \u201coctconv4j, NCHW\u201d takes and gives rows as the"
                    + " other libraries do."))
        .append("</p>\n");
    if (chart != null) {
      html.append(Html.picture(chart));
    }
    String wrong =
        results.stream()
            .filter(r -> !r.isRight())
            .map(
                r ->
                    String.format(
                        Locale.ROOT,
                        "%s on %s at alpha %s",
                        PeerComparison.label(r),
                        r.layer(),
                        Numbers.alpha(r.alpha())))
            .distinct()
            .collect(Collectors.joining(", "));
    if (!wrong.isEmpty()) {
      html.append("<p>Left out, because the results were wrong: ")
          .append(Html.escape(wrong))
          .append(".</p>\n");
    }
    for (int threads : results.stream().map(PeerResult::threads).distinct().sorted().toList()) {
      List<PeerResult> half =
          results.stream().filter(r -> r.threads() == threads && r.alpha() == ALPHA).toList();
      if (!half.isEmpty()) {
        html.append(
            Figures.number("<h3>Microseconds at alpha .5, %s</h3>%n", Figures.threads(threads)));
        addPeerTable(html, half);
      }
    }
    html.append("<h3>Versions, and how far outputs are off</h3>\n");
    List<List<String>> rows = new ArrayList<>();
    results.stream()
        .collect(
            Collectors.groupingBy(PeerComparison::label, LinkedHashMap::new, Collectors.toList()))
        .forEach(
            (label, list) ->
                rows.add(
                    List.of(
                        Html.escape(label),
                        Html.escape(list.getLast().version()),
                        Figures.number(
                            "%.1e",
                            list.stream().mapToDouble(PeerResult::agrees).max().orElse(0)))));
    html.append(Html.table(List.of("library", "version", "largest error / largest value"), rows));
    return html.toString();
  }

  private static void addPeerTable(StringBuilder html, List<PeerResult> all) {
    List<PeerResult> results = all.stream().filter(PeerResult::isRight).toList();
    Set<String> labels =
        results.stream()
            .map(PeerComparison::label)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Map<String, Double> means = new LinkedHashMap<>();
    List<String> heads = new ArrayList<>(List.of("layer"));
    heads.addAll(labels);
    List<List<String>> rows = new ArrayList<>();
    for (String layer : results.stream().map(PeerResult::layer).distinct().toList()) {
      List<String> row = new ArrayList<>(List.of(Html.escape(layer)));
      for (String label : labels) {
        row.add(
            results.stream()
                .filter(r -> r.layer().equals(layer) && PeerComparison.label(r).equals(label))
                .findFirst()
                .map(
                    r ->
                        Numbers.micros(r.us())
                            + " <small>"
                            + Numbers.spread(r.spread()).strip()
                            + "</small>")
                .orElse(""));
      }
      rows.add(row);
    }
    List<String> row = new ArrayList<>(List.of("<b>geometric mean</b>"));
    for (String label : labels) {
      double mean =
          Figures.geometricMean(
              results.stream()
                  .filter(r -> PeerComparison.label(r).equals(label))
                  .map(PeerResult::us)
                  .toList());
      means.put(label, mean);
      row.add("<b>" + Numbers.micros(mean) + "</b>");
    }
    rows.add(row);
    double longest = means.values().stream().mapToDouble(x -> x).max().orElse(1);
    means.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(
            e ->
                html.append(
                    Html.bar(
                        e.getKey(),
                        e.getValue() / longest,
                        Numbers.micros(e.getValue()) + " us",
                        PeerComparison.isOurs(e.getKey()))));
    html.append(Html.table(heads, rows));
  }
}
