package io.github.octconv4j.bench.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The page: answers first, then a section for each kind of measurement that there is. It needs no
 * other file.
 */
final class ReportPage {
  private static final double ALPHA = 0.5; // of which the answers speak
  private static final int WIDE = 860;
  private static final int NARROW = 380;
  private static final String ONEDNN = "onednn";

  private static final String STYLE =
      """
      :root { color-scheme: light; --ink: #1c2733; --soft: #5b6875; --line: #dfe4e9; --blue: #0072b2; }
      * { box-sizing: border-box; }
      body { margin: 0; color: var(--ink); background: #fff;
        font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
      main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
      h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; }
      h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
      h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
      p { margin: .4rem 0 .8rem; max-width: 46rem; }
      .soft { color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
      .answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem;
        margin: 1.2rem 0; padding: 0; list-style: none; }
      .answers li { border: 1px solid var(--line); border-top: 4px solid var(--blue); border-radius: 6px;
        padding: .7rem .9rem .8rem; }
      .answers b { display: block; font-size: 1.9rem; line-height: 1.2; color: var(--blue); }
      .answers span { display: block; font-size: .9rem; color: var(--soft); }
      .scroll { overflow-x: auto; margin: .6rem 0 1rem; }
      table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
      th, td { text-align: right; padding: .3rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
      th { color: var(--soft); font-weight: 600; }
      th:first-child, td:first-child { text-align: left; padding-left: 0; }
      tr.mean td { font-weight: 700; }
      td small { color: var(--soft); }
      img { max-width: 100%; height: auto; display: block; margin: .6rem 0; }
      .bar { display: grid; grid-template-columns: 13rem 1fr 6.5rem; gap: .6rem; align-items: center;
        font-size: .9rem; margin: .2rem 0; }
      .bar .track { background: #f0f3f5; border-radius: 3px; height: 1.1rem; overflow: hidden; }
      .bar .track span { display: block; height: 100%; background: #a9b6c2; }
      .bar.strong .track span { background: var(--blue); }
      .bar.strong { font-weight: 700; }
      .bar .value { text-align: right; font-variant-numeric: tabular-nums; }
      @media (max-width: 640px) {
        main { padding: 1rem .8rem 3rem; }
        h1 { font-size: 1.3rem; }
        .answers { grid-template-columns: 1fr 1fr; gap: .5rem; }
        .answers li { padding: .5rem .6rem; }
        .answers b { font-size: 1.4rem; }
        .answers span { font-size: .8rem; }
        .bar { grid-template-columns: 1fr auto; gap: 0 .5rem; margin: .5rem 0; }
        .bar .track { grid-row: 2; grid-column: 1 / 3; height: .7rem; }
      }
      """;

  private final BenchData data;

  ReportPage(BenchData data) {
    this.data = data;
  }

  String toHtml() throws IOException {
    Map<String, LineChart> charts = Charts.of(data);
    StringBuilder html =
        new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .append("<title>octconv4j: what was measured</title>\n<style>\n")
            .append(STYLE)
            .append("</style>\n</head>\n<body>\n<main>\n")
            .append("<h1>Octave convolution on oneDNN, called from Java: what was measured</h1>\n");
    for (String machine : data.machines()) {
      html.append("<p class=\"soft\">").append(Html.escape(machine)).append("</p>\n");
    }
    html.append(
        "<p>Octave convolution with half of the channels at half resolution (alpha .5), F32, one thread:</p>\n");
    html.append("<ul class=\"answers\">\n");
    answers().forEach(answer -> html.append("<li>").append(answer).append("</li>\n"));
    html.append("</ul>\n");
    if (data.layers().isPresent()) {
      addLayers(html, data.layers().get().results(), charts.get(Charts.RATIO));
    }
    if (data.peers().isPresent()) {
      addPeers(html, data.peers().get().results(), charts.get(Charts.PEERS));
    }
    if (data.networks().isPresent()) {
      addNetworks(html, data.networks().get().results());
    }
    if (data.nativeJava().isPresent()) {
      addNativeJava(html, data.nativeJava().get().results());
    }
    if (data.bridge().isPresent()) {
      addBridge(html, data.bridge().get().results());
    }
    return html.append(
            "<h2>How</h2>\n<p>Contenders run in turn in one process, round after round; medians"
                + " count. Weights are reordered before. docs/benchmarks.md of the project has the"
                + " method, and what each number leaves out.</p>\n</main>\n</body>\n</html>\n")
        .toString();
  }

  // ---- answers

  private List<String> answers() {
    List<String> answers = new ArrayList<>();
    data.layers().flatMap(m -> ratioAnswer(m.results())).ifPresent(answers::add);
    data.peers().ifPresent(m -> answers.addAll(peerAnswers(m.results())));
    data.networks().ifPresent(m -> answers.addAll(networkAnswers(m.results())));
    data.nativeJava().ifPresent(m -> answers.addAll(javaAnswers(m.results())));
    data.bridge().flatMap(m -> bridgeAnswer(m.results())).ifPresent(answers::add);
    return answers;
  }

  private static String answer(String number, String meaning) {
    return "<b>%s</b><span>%s</span>".formatted(Html.escape(number), Html.escape(meaning));
  }

  private static Optional<String> ratioAnswer(List<LayerRatio> results) {
    List<LayerRatio> half = results.stream().filter(r -> r.alpha() == ALPHA).toList();
    if (half.isEmpty()) {
      return Optional.empty();
    }
    double ratio = Numbers.geometricMean(half.stream().map(LayerRatio::ratio).toList());
    double limit = Numbers.geometricMean(half.stream().map(LayerRatio::limit).toList());
    return Optional.of(
        answer(
            Numbers.format("%.0f %%", 100 * ratio),
            Numbers.format(
                "of the dense layer's time (multiply-adds alone: %.0f %%)", 100 * limit)));
  }

  private static List<String> peerAnswers(List<PeerResult> results) {
    return PeerComparison.all(results).stream()
        .filter(c -> c.alpha() == ALPHA && c.threads() == 1 && c.ours().equals(PeerComparison.OURS))
        .map(c -> answer(Numbers.times(c.mean()) + "\u00d7", "as fast as " + c.theirs()))
        .toList();
  }

  /** Over the octave convolutions if there are any, else over everything. */
  private static List<String> javaAnswers(List<NativeJavaResult> results) {
    List<String> answers = new ArrayList<>();
    for (String variant : variants(results)) {
      Map<String, List<Double>> factors = new LinkedHashMap<>();
      for (Row row : rows(results)) {
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
            answer(
                Numbers.times(Numbers.geometricMean(factors.get(operation))) + "\u00d7",
                "as fast as " + name(variant)));
      }
    }
    return answers;
  }

  private static Optional<String> bridgeAnswer(List<BridgeResult> results) {
    List<Double> large =
        results.stream().filter(r -> r.cUs() > 100).map(BridgeResult::ratio).toList();
    if (large.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        answer(
            Numbers.format("%+.1f %%", 100 * (Numbers.geometricMean(large) - 1)),
            "for calling oneDNN from Java, not from C (layers over 100 us)"));
  }

  // ---- octave against dense

  private static void addLayers(StringBuilder html, List<LayerRatio> results, LineChart chart)
      throws IOException {
    LayerRatio first = results.getFirst();
    html.append("<h2>Octave against dense</h2>\n")
        .append(
            Numbers.format(
                "<p>Time of the octave layer over that of the dense one, %s, %d thread%s. The"
                    + " dashed line is the share of multiply-adds: no implementation can be"
                    + " expected below it.</p>%n",
                first.dtype(), first.threads(), first.threads() == 1 ? "" : "s"))
        .append(picture(chart));
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
          row.add(Numbers.micros(list.getFirst().denseUs()));
          for (double alpha : alphas) {
            row.add(
                list.stream()
                    .filter(r -> r.alpha() == alpha)
                    .findFirst()
                    .map(
                        r ->
                            Numbers.ratio(r.ratio())
                                + " <small>"
                                + Numbers.micros(r.octaveUs())
                                + " us</small>")
                    .orElse(""));
          }
          rows.add(row);
        });
    rows.add(means("geometric mean", alphas, results, false));
    rows.add(means("limit", alphas, results, true));
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
  }

  private static List<String> means(
      String name, Set<Double> alphas, List<LayerRatio> results, boolean limit) {
    List<String> row = new ArrayList<>(List.of("<b>" + name + "</b>", ""));
    for (double alpha : alphas) {
      double mean =
          Numbers.geometricMean(
              results.stream()
                  .filter(r -> r.alpha() == alpha)
                  .map(r -> limit ? r.limit() : r.ratio())
                  .toList());
      row.add("<b>" + Numbers.ratio(mean) + "</b>");
    }
    return row;
  }

  private static String picture(LineChart chart) throws IOException {
    return Html.picture(chart.title(), chart.toPng(WIDE, 430), chart.toPng(NARROW, 400));
  }

  // ---- networks

  private static List<String> networkAnswers(List<PeerNetworkResult> results) {
    List<String> answers = new ArrayList<>();
    for (PeerNetworkTable.Group group : PeerNetworkTable.groups(results)) {
      List<PeerNetworkResult> same =
          results.stream()
              .filter(r -> r.network().equals(group.network()) && r.threads() == 1 && r.isRight())
              .toList();
      Optional<PeerNetworkResult> ours = PeerNetworkTable.find(same, ALPHA, true, "f32");
      Optional<PeerNetworkResult> theirs = PeerNetworkTable.find(same, ALPHA, false, "f32");
      if (group.threads() == 1 && ours.isPresent() && theirs.isPresent()) {
        answers.add(
            answer(
                Numbers.format("%.2f x", theirs.get().ms() / ours.get().ms()),
                "as fast as ONNX Runtime on the whole network " + group.network()));
      }
    }
    return answers;
  }

  private static void addNetworks(StringBuilder html, List<PeerNetworkResult> results) {
    html.append("<h2>Whole networks against ONNX Runtime</h2>\n")
        .append(
            "<p>One image of 224x224 pixels row by row, random weights, the same for both; all run in"
                + " turn in one process. Start is from the file of weights to the first result in a"
                + " warm JVM, without tuning. Difference is the largest one between both outputs,"
                + " over the largest value.</p>\n");
    for (PeerNetworkTable.Group group : PeerNetworkTable.groups(results)) {
      html.append("<h3>").append(Html.escape(group.toString())).append("</h3>\n");
      html.append(Html.table(PeerNetworkTable.HEADS, PeerNetworkTable.rows(group, results)));
    }
  }

  // ---- peers

  private static void addPeers(StringBuilder html, List<PeerResult> results, LineChart chart)
      throws IOException {
    html.append("<h2>Against what people use today</h2>\n")
        .append("<p>The same layers on the same data. ")
        .append(
            Html.escape(
                "\u201coctconv4j\u201d keeps data in the layout that its plan likes, as between the"
                    + " layers of a network; \u201coctconv4j, NCHW\u201d takes and gives rows as the"
                    + " other libraries do."))
        .append("</p>\n");
    if (chart != null) {
      html.append(picture(chart));
    }
    String wrong =
        results.stream()
            .filter(r -> !r.isRight())
            .map(
                r ->
                    "%s on %s at alpha %s"
                        .formatted(PeerComparison.label(r), r.layer(), Numbers.alpha(r.alpha())))
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
            Numbers.format(
                "<h3>Microseconds at alpha .5, %d thread%s</h3>%n",
                threads, threads == 1 ? "" : "s"));
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
                        Numbers.format(
                            "%.1e",
                            list.stream().mapToDouble(PeerResult::agrees).max().orElse(0)))));
    html.append(Html.table(List.of("library", "version", "largest error / largest value"), rows));
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
                            + Numbers.format(" <small>\u00b1%.0f%%</small>", 50 * r.spread()))
                .orElse(""));
      }
      rows.add(row);
    }
    List<String> row = new ArrayList<>(List.of("<b>geometric mean</b>"));
    for (String label : labels) {
      double mean =
          Numbers.geometricMean(
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

  // ---- native against Java

  /** What was computed, and how long each variant took. */
  private record Row(
      String operation, String layer, Double alpha, int threads, Map<String, Double> us) {}

  private static List<Row> rows(List<NativeJavaResult> results) {
    Map<List<Object>, Row> rows = new LinkedHashMap<>();
    for (NativeJavaResult r : results) {
      rows.computeIfAbsent(
              List.of(r.operation(), r.layer(), Optional.ofNullable(r.alpha()), r.threads()),
              key ->
                  new Row(r.operation(), r.layer(), r.alpha(), r.threads(), new LinkedHashMap<>()))
          .us
          .put(r.variant(), r.us());
    }
    return List.copyOf(rows.values());
  }

  private static List<String> variants(List<NativeJavaResult> results) {
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

  private static void addNativeJava(StringBuilder html, List<NativeJavaResult> results) {
    html.append("<h2>Native code against Java</h2>\n<p>The same operation three ways. How many")
        .append(" times faster oneDNN is stands beside each time of Java.</p>\n");
    List<String> variants = variants(results);
    List<Row> all = rows(results);
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
  }

  private static String cell(Row row, String variant) {
    Double us = row.us.get(variant);
    Double onednn = row.us.get(ONEDNN);
    if (us == null) {
      return "";
    }
    return onednn == null || variant.equals(ONEDNN)
        ? Numbers.micros(us)
        : "%s <small>%s\u00d7</small>".formatted(Numbers.micros(us), Numbers.times(us / onednn));
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
      means.put(variant, Numbers.geometricMean(full.stream().map(r -> r.us.get(variant)).toList()));
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

  // ---- the bridge

  private static void addBridge(StringBuilder html, List<BridgeResult> results) {
    html.append("<h2>What the bridge costs</h2>\n<p>The same primitives in the same order from")
        .append(" Java and from a C program, through the same native library, in turn.</p>\n");
    List<List<String>> rows = new ArrayList<>();
    for (BridgeResult r : results) {
      rows.add(
          List.of(
              Html.escape(r.layer()),
              Numbers.alpha(r.alpha()),
              Integer.toString(r.primitives()),
              Numbers.micros(r.javaUs()),
              Numbers.micros(r.cUs()),
              Numbers.format("%+.1f %%", 100 * (r.ratio() - 1)),
              Numbers.format("%.0f", r.nanosPerPrimitive())));
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
  }
}
