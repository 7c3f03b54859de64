package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.LineChart;
import io.github.octconv4j.cli.LineChart.Line;
import io.github.octconv4j.cli.RatioPlot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The charts that the measurements allow, by the name of their files. */
final class Charts {
  static final String RATIO = "ratio-over-alpha";
  static final String PEERS = "peers-over-alpha";

  private Charts() {}

  static Map<String, LineChart> of(BenchData data) {
    Map<String, LineChart> charts = new LinkedHashMap<>();
    data.layers().ifPresent(layers -> charts.put(RATIO, ratio(layers.results())));
    data.peers().flatMap(p -> peers(p.results())).ifPresent(chart -> charts.put(PEERS, chart));
    return charts;
  }

  private static LineChart ratio(List<LayerRatio> results) {
    return new RatioPlot("Octave convolution: time over that of the dense layer", "")
        .chart(
            results.stream()
                .map(r -> new RatioPlot.Point(r.name(), r.alpha(), r.ratio()))
                .toList());
  }

  /** How many times faster, on one thread; nothing where there is a single alpha. */
  private static Optional<LineChart> peers(List<PeerResult> results) {
    Map<String, Map<Double, Double>> lines = new LinkedHashMap<>();
    for (PeerComparison c : PeerComparison.all(results)) {
      if (c.threads() == 1 && !c.theirs().startsWith("JavaCPP") && shown(c.ours())) {
        String name =
            c.ours().equals(PeerComparison.OURS)
                ? "than " + c.theirs()
                : "bf16 than " + c.theirs() + " f32";
        lines.computeIfAbsent(name, n -> new TreeMap<>()).put(c.alpha(), c.mean());
      }
    }
    if (lines.values().stream().noneMatch(points -> points.size() > 1)) {
      return Optional.empty();
    }
    return Optional.of(
        new LineChart(
            "Times faster than other libraries (geometric mean, one thread)",
            "",
            "times faster",
            1,
            "as fast",
            lines.entrySet().stream()
                .map(e -> new Line(e.getKey(), e.getValue(), !e.getKey().startsWith("bf16"), false))
                .toList()));
  }

  private static boolean shown(String ours) {
    return ours.equals(PeerComparison.OURS) || ours.equals(PeerComparison.OURS + " bf16");
  }
}
