package io.github.octconv4j.cli;

import io.github.octconv4j.cli.LineChart.Line;
import io.github.octconv4j.cli.bench.LayerResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Ratios over alpha, a line for each layer or network, between dense, which is 1, and the ratio of
 * multiply-adds.
 *
 * @param title what is shown
 * @param subtitle where it was measured, or ""
 */
public record RatioPlot(String title, String subtitle) {
  static final int WIDTH = 1000;
  static final int HEIGHT = 700;

  /**
   * A point of a line.
   *
   * @param line its name
   * @param alpha share of low channels
   * @param ratio time of octave over that of dense
   */
  public record Point(String line, double alpha, double ratio) {}

  /** Returns the chart of points. */
  public LineChart chart(List<Point> points) {
    Map<Double, Double> limit = new TreeMap<>();
    for (int i = 0; i <= 100; i++) {
      double alpha = i / 100.0;
      limit.put(alpha, 0.25 + 0.75 * (1 - alpha) * (1 - alpha));
    }
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("multiply-adds: 1/4 + 3/4 (1 - alpha)\u00b2", limit, false, true));
    Map<String, Map<Double, Double>> ratios = new LinkedHashMap<>();
    for (Point point : points) {
      ratios.computeIfAbsent(point.line, name -> new TreeMap<>()).put(point.alpha, point.ratio);
    }
    ratios.forEach((name, line) -> lines.add(new Line(name, line, false, false)));
    return new LineChart(title, subtitle, "time of octave / time of dense", 0.1, "dense", lines);
  }

  /** Returns the chart as a PNG file. */
  byte[] toPng(List<Point> points) throws IOException {
    return chart(points).toPng(WIDTH, HEIGHT, 1);
  }

  /** Layers of one name are told apart by their problem. */
  static List<Point> ofLayers(List<LayerResult> results) {
    List<Point> points = new ArrayList<>();
    for (LayerResult result : results) {
      boolean unique =
          results.stream()
              .filter(other -> other.layer().name().equals(result.layer().name()))
              .allMatch(other -> other.layer().equals(result.layer()));
      String name =
          unique
              ? result.layer().name()
              : String.format(
                  Locale.ROOT,
                  "%s (%s, batch %d)",
                  result.layer().name(),
                  result.layer().problem(),
                  result.layer().batch());
      points.add(new Point(name, result.alpha(), result.ratio()));
    }
    return points;
  }
}
