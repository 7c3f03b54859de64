package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.LineChart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The page: answers first, then a section for each kind of measurement that there is. It needs no
 * other file.
 */
final class ReportPage {
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
      .scroll { overflow-x: auto; margin: .6rem 0 1rem; background:
        linear-gradient(to left, #fff 2rem, #fff0) right / 4rem 100% no-repeat local,
        linear-gradient(to left, #5b687580, #5b687500) right / 1.2rem 100% no-repeat scroll; }
      .scroll:focus-visible { outline: 2px solid var(--blue); }
      table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
      th, td { text-align: right; padding: .3rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
      th { color: var(--soft); font-weight: 600; }
      th:first-child, td:first-child { text-align: left; padding-left: 0; }
      .hint { display: none; }
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
        .hint { display: block; }
        th:first-child, td:first-child { position: sticky; left: 0; background: #fff; max-width: 9rem;
          white-space: normal; }
        .bar { grid-template-columns: 1fr auto; gap: 0 .5rem; margin: .5rem 0; }
        .bar .track { grid-row: 2; grid-column: 1 / 3; height: .7rem; }
      }
      """;

  private final BenchData data;

  ReportPage(BenchData data) {
    this.data = data;
  }

  private List<Section> sections() {
    Map<String, LineChart> charts = Charts.of(data);
    List<Section> sections = new ArrayList<>();
    data.layers().ifPresent(m -> sections.add(layers(m.results(), charts)));
    data.peers().ifPresent(m -> sections.add(peers(m.results(), charts)));
    data.networks().ifPresent(m -> sections.add(new NetworksSection(m.results())));
    data.nativeJava().ifPresent(m -> sections.add(new NativeJavaSection(m.results())));
    data.bridge().ifPresent(m -> sections.add(new BridgeSection(m.results())));
    return sections;
  }

  private static Section layers(List<LayerRatio> results, Map<String, LineChart> charts) {
    return new LayersSection(results, charts.get(Charts.RATIO));
  }

  private static Section peers(List<PeerResult> results, Map<String, LineChart> charts) {
    return new PeersSection(results, charts.get(Charts.PEERS));
  }

  String toHtml() throws IOException {
    List<Section> sections = sections();
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
    for (Section section : sections) {
      section.answers().forEach(a -> html.append("<li>").append(a).append("</li>\n"));
    }
    html.append(
        "</ul>\n<p class=\"soft hint\">Tables that are wider than the screen scroll sideways.</p>\n");
    for (Section section : sections) {
      html.append(section.html());
    }
    return html.append(
            "<h2>How</h2>\n<p>Contenders run in turn in one process, round after round; medians"
                + " count, and half of the distance of their quartiles is behind \u00b1. Weights are reordered before. docs/benchmarks.md of the project has the"
                + " method, and what each number leaves out.</p>\n</main>\n</body>\n</html>\n")
        .toString();
  }
}
