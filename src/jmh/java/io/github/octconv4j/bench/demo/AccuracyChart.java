package io.github.octconv4j.bench.demo;

import io.github.octconv4j.cli.ChartStyle;
import java.awt.BasicStroke;
import java.awt.geom.Ellipse2D;
import java.io.IOException;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Accuracy over the time of a picture: a line for each arithmetic, a dot for each alpha. */
final class AccuracyChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;
  private static final double MARGIN = 2; // points above and below

  private final List<Point> points;
  private final String subtitle;

  /**
   * A chart.
   *
   * @param points in the order of the legend
   * @param subtitle where and when they were measured
   */
  AccuracyChart(List<Point> points, String subtitle) {
    this.points = List.copyOf(points);
    this.subtitle = subtitle;
  }

  byte[] toPng() throws IOException {
    return ChartStyle.toPng(this::chart, WIDTH, HEIGHT, 1);
  }

  private JFreeChart chart() {
    XYPlot plot = new XYPlot(data(), timeAxis(), accuracyAxis(), renderer());
    for (Point point : points) {
      plot.addAnnotation(name(point));
    }
    return ChartStyle.chart(
        plot,
        "761 emoji by a vendor never seen: right answers over time",
        subtitle,
        RectangleEdge.BOTTOM);
  }

  private List<String> arithmetics() {
    return points.stream().map(Point::arithmetic).distinct().toList();
  }

  private XYSeriesCollection data() {
    XYSeriesCollection data = new XYSeriesCollection();
    for (String arithmetic : arithmetics()) {
      XYSeries series = new XYSeries(arithmetic, false); // from alpha to alpha
      points.stream()
          .filter(point -> point.arithmetic().equals(arithmetic))
          .forEach(point -> series.add(milliseconds(point), point.percent()));
      data.addSeries(series);
    }
    return data;
  }

  private static double milliseconds(Point point) {
    return point.microseconds() / 1e3;
  }

  private XYLineAndShapeRenderer renderer() {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    for (int i = 0; i < arithmetics().size(); i++) {
      renderer.setSeriesShape(i, new Ellipse2D.Double(-5, -5, 10, 10));
      renderer.setSeriesPaint(i, ChartStyle.COLOURS.get(i % ChartStyle.COLOURS.size()));
      renderer.setSeriesStroke(i, new BasicStroke(1.8f));
    }
    return renderer;
  }

  private static XYTextAnnotation name(Point point) {
    XYTextAnnotation text =
        new XYTextAnnotation(
            "  " + (point.alpha().equals("0") ? "dense" : "alpha " + point.alpha()),
            milliseconds(point),
            point.percent());
    text.setFont(ChartStyle.font(12));
    text.setTextAnchor(TextAnchor.BOTTOM_LEFT);
    return text;
  }

  private NumberAxis timeAxis() {
    double slowest = points.stream().mapToDouble(AccuracyChart::milliseconds).max().orElseThrow();
    NumberAxis axis = ChartStyle.axis("milliseconds for a picture of 128x128, less is better");
    axis.setRange(0, slowest * 1.15);
    return axis;
  }

  private NumberAxis accuracyAxis() {
    double least = points.stream().mapToDouble(Point::percent).min().orElseThrow();
    double most = points.stream().mapToDouble(Point::percent).max().orElseThrow();
    NumberAxis axis = ChartStyle.axis("right of all, %");
    axis.setRange(Math.floor(least - MARGIN), Math.ceil(most + MARGIN));
    return axis;
  }
}
