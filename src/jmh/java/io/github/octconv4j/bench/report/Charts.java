package io.github.octconv4j.bench.report;

import io.github.octconv4j.bench.report.LineChart.Line;
import java.util.ArrayList;
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
    List<Line> lines = new ArrayList<>();
    Map<Double, Double> limit = new TreeMap<>();
    for (int i = 0; i <= 75; i++) {
      double alpha = i / 100.0;
      limit.put(alpha, 0.25 + 0.75 * (1 - alpha) * (1 - alpha));
    }
    lines.add(new Line("limit: 1/4 + 3/4 (1 - alpha)\u00b2", limit, false, true));
    Map<String, Map<Double, Double>> layers = new LinkedHashMap<>();
    for (LayerRatio result : results) {
      layers
          .computeIfAbsent(result.name(), name -> new TreeMap<>())
          .put(result.alpha(), result.ratio());
    }
    layers.forEach((name, points) -> lines.add(new Line(name, points, false, false)));
    return new LineChart(
        "Octave convolution: time over that of the dense layer", "octave / dense", 0.1, lines);
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
            "times faster",
            1,
            lines.entrySet().stream()
                .map(e -> new Line(e.getKey(), e.getValue(), !e.getKey().startsWith("bf16"), false))
                .toList()));
  }

  private static boolean shown(String ours) {
    return ours.equals(PeerComparison.OURS) || ours.equals(PeerComparison.OURS + " bf16");
  }
}
