package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The same operation in plain Java, with the Vector API and by oneDNN. */
record NativeJavaSection(List<NativeJavaResult> results) implements Section {
  private static final String ONEDNN = "onednn";

  /** What was computed, and how long each variant took. */
  private record Row(
      String operation,
      String layer,
      Double alpha,
      int threads,
      Map<String, Double> us,
      Map<String, Double> spreads) {}

  /** Over the octave convolutions if there are any, else over everything. */
  @Override
  public List<String> answers() {
    List<String> answers = new ArrayList<>();
    for (String variant : variants()) {
      Map<String, List<Double>> factors = new LinkedHashMap<>();
      for (Row row : rows()) {
        Double ours = row.us.get(ONEDNN);
        Double theirs = row.us.get(variant);
        if (ours != null
            && theirs != null
            && !variant.equals(ONEDNN)
            && row.threads == 1
            && (row.alpha == null || row.alpha == ALPHA)) {
          factors.computeIfAbsent(row.operation, o -> new ArrayList<>()).add(theirs / ours);
        }
      }
      String operation =
          factors.keySet().stream()
              .filter(o -> o.contains("octave"))
              .findFirst()
              .orElse(factors.keySet().stream().findFirst().orElse(null));
      if (operation != null) {
        answers.add(
            Html.answer(
                Numbers.times(Figures.geometricMean(factors.get(operation))) + "\u00d7",
                "as fast as " + name(variant)));
      }
    }
    return answers;
  }

  private List<Row> rows() {
    Map<List<Object>, Row> rows = new LinkedHashMap<>();
    for (NativeJavaResult r : results) {
      Row row =
          rows.computeIfAbsent(
              List.of(r.operation(), r.layer(), Optional.ofNullable(r.alpha()), r.threads()),
              key ->
                  new Row(
                      r.operation(),
                      r.layer(),
                      r.alpha(),
                      r.threads(),
                      new LinkedHashMap<>(),
                      new LinkedHashMap<>()));
      row.us.put(r.variant(), r.us());
      row.spreads.put(r.variant(), r.spread());
    }
    return List.copyOf(rows.values());
  }

  private List<String> variants() {
    return results.stream().map(NativeJavaResult::variant).distinct().toList();
  }

  private static String name(String variant) {
    return switch (variant) {
      case "java loops" -> "plain Java loops";
      case "java vector" -> "Java's Vector API";
      case ONEDNN -> "oneDNN through this library";
      default -> variant;
    };
  }

  @Override
  public String html() {
    StringBuilder html = new StringBuilder();
    html.append("<h2>Native code against Java</h2>\n<p>The same operation three ways. How many")
        .append(" times faster oneDNN is stands beside each time of Java.</p>\n");
    List<String> variants = variants();
    List<Row> all = rows();
    for (String operation : all.stream().map(Row::operation).distinct().toList()) {
      List<Row> same = all.stream().filter(r -> r.operation.equals(operation)).toList();
      html.append("<h3>").append(Html.escape(operation)).append("</h3>\n");
      addVariantBars(html, same, variants);
      boolean alphas = same.stream().anyMatch(r -> r.alpha != null);
      boolean threads = same.stream().anyMatch(r -> r.threads != 1);
      List<String> heads = new ArrayList<>(List.of("layer"));
      if (alphas) {
        heads.add("alpha");
      }
      if (threads) {
        heads.add("threads");
      }
      variants.forEach(variant -> heads.add(variant + " us"));
      List<List<String>> rows = new ArrayList<>();
      for (Row row : same) {
        List<String> cells = new ArrayList<>(List.of(Html.escape(row.layer)));
        if (alphas) {
          cells.add(row.alpha == null ? "" : Numbers.alpha(row.alpha));
        }
        if (threads) {
          cells.add(Integer.toString(row.threads));
        }
        for (String variant : variants) {
          cells.add(cell(row, variant));
        }
        rows.add(cells);
      }
      html.append(Html.table(heads, rows));
    }
    return html.toString();
  }

  private static String cell(Row row, String variant) {
    Double us = row.us.get(variant);
    Double onednn = row.us.get(ONEDNN);
    if (us == null) {
      return "";
    }
    String spread = Numbers.spread(row.spreads.get(variant)).strip();
    return onednn == null || variant.equals(ONEDNN)
        ? String.format(Locale.ROOT, "%s <small>%s</small>", Numbers.micros(us), spread)
        : String.format(
            Locale.ROOT,
            "%s <small>%s %s\u00d7</small>",
            Numbers.micros(us),
            spread,
            Numbers.times(us / onednn));
  }

  /** Geometric means over the rows that all variants have. */
  private static void addVariantBars(StringBuilder html, List<Row> rows, List<String> variants) {
    List<Row> full =
        rows.stream().filter(r -> r.threads == 1 && r.us.keySet().containsAll(variants)).toList();
    if (full.isEmpty()) {
      return;
    }
    Map<String, Double> means = new LinkedHashMap<>();
    for (String variant : variants) {
      means.put(variant, Figures.geometricMean(full.stream().map(r -> r.us.get(variant)).toList()));
    }
    double longest = means.values().stream().mapToDouble(x -> x).max().orElse(1);
    means.forEach(
        (variant, mean) ->
            html.append(
                Html.bar(
                    name(variant),
                    mean / longest,
                    Numbers.micros(mean) + " us",
                    variant.equals(ONEDNN))));
  }
}
