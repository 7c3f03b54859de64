package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.LineChart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Octave against dense. */
record LayersSection(List<LayerRatio> results, LineChart chart) implements Section {
  @Override
  public List<String> answers() {
    List<LayerRatio> half = results.stream().filter(r -> r.alpha() == ALPHA).toList();
    if (half.isEmpty()) {
      return List.of();
    }
    double ratio = Figures.geometricMean(half.stream().map(LayerRatio::ratio).toList());
    double multiplyAdds =
        Figures.geometricMean(half.stream().map(LayerRatio::multiplyAddRatio).toList());
    return List.of(
        Html.answer(
            Figures.number("%.0f %%", 100 * ratio),
            Figures.number(
                "of the dense layer's time (multiply-adds alone: %.0f %%)", 100 * multiplyAdds)));
  }

  @Override
  public String html() throws IOException {
    StringBuilder html = new StringBuilder();
    LayerRatio first = results.getFirst();
    html.append("<h2>Octave against dense</h2>\n")
        .append(
            Figures.number(
                "<p>Time of the octave layer over that of the dense one, %s, %s. The"
                    + " dashed line is the share of multiply-adds. Passes over memory and channels"
                    + " that fill no register lie above it; a little below it is what fits into"
                    + " the caches where the dense layer does not, and noise.</p>%n",
                first.dtype(), Figures.threads(first.threads())))
        .append(Html.picture(chart));
    Set<Double> alphas =
        results.stream().map(LayerRatio::alpha).collect(Collectors.toCollection(TreeSet::new));
    List<String> heads = new ArrayList<>(List.of("layer", "dense us"));
    alphas.forEach(alpha -> heads.add("alpha " + Numbers.alpha(alpha)));
    List<List<String>> rows = new ArrayList<>();
    Map<String, List<LayerRatio>> layers =
        results.stream()
            .collect(
                Collectors.groupingBy(LayerRatio::name, LinkedHashMap::new, Collectors.toList()));
    layers.forEach(
        (name, list) -> {
          List<String> row = new ArrayList<>();
          row.add(Html.escape(name));
          LayerRatio dense = list.getFirst();
          row.add(Numbers.micros(dense.denseUs()) + small(Numbers.spread(dense.denseSpread())));
          for (double alpha : alphas) {
            row.add(
                list.stream()
                    .filter(r -> r.alpha() == alpha)
                    .findFirst()
                    .map(
                        r ->
                            Numbers.ratio(r.ratio())
                                + small(
                                    Numbers.micros(r.octaveUs())
                                        + " us"
                                        + Numbers.spread(r.octaveSpread())))
                    .orElse(""));
          }
          rows.add(row);
        });
    rows.add(means("geometric mean", alphas, results, false));
    rows.add(means("multiply-adds", alphas, results, true));
    html.append(Html.table(heads, rows)).append("<h3>Formulation that was fastest</h3>\n");
    List<List<String>> formulations = new ArrayList<>();
    for (LayerRatio r : results) {
      formulations.add(
          List.of(
              Html.escape(r.name()),
              Numbers.alpha(r.alpha()),
              Numbers.micros(r.octaveUs()),
              Html.escape(r.formulation() == null ? "" : r.formulation())));
    }
    html.append("<details><summary>Time and formulation of each layer</summary>\n")
        .append(Html.table(List.of("layer", "alpha", "us", "formulation"), formulations))
        .append("</details>\n");
    return html.toString();
  }

  private static String small(String text) {
    return text.isEmpty() ? "" : " <small>" + text.strip() + "</small>";
  }

  private static List<String> means(
      String name, Set<Double> alphas, List<LayerRatio> results, boolean multiplyAdds) {
    List<String> row = new ArrayList<>(List.of("<b>" + name + "</b>", ""));
    for (double alpha : alphas) {
      double mean =
          Figures.geometricMean(
              results.stream()
                  .filter(r -> r.alpha() == alpha)
                  .map(r -> multiplyAdds ? r.multiplyAddRatio() : r.ratio())
                  .toList());
      row.add("<b>" + Numbers.ratio(mean) + "</b>");
    }
    return row;
  }
}
