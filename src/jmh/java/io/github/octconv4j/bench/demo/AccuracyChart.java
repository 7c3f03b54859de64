package io.github.octconv4j.bench.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Accuracy over the time of a picture: a line for each arithmetic, a dot for each alpha. */
final class AccuracyChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;
  private static final int[] COLOURS = {0x0072b2, 0xd55e00, 0x009e73}; // of Okabe and Ito
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
    BufferedImage image = chart().createBufferedImage(WIDTH, HEIGHT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private JFreeChart chart() {
    XYPlot plot = new XYPlot(data(), timeAxis(), accuracyAxis(), renderer());
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(new Color(0xdddddd));
    plot.setRangeGridlinePaint(new Color(0xdddddd));
    plot.setOutlineVisible(false);
    for (Point point : points) {
      plot.addAnnotation(name(point));
    }
    JFreeChart chart = new JFreeChart(null, font(Font.PLAIN, 15), plot, false);
    chart.setTitle(
        new TextTitle(
            "761 emoji by a vendor never seen: right answers over time", font(Font.BOLD, 15)));
    chart.addSubtitle(new TextTitle(subtitle, font(Font.PLAIN, 12)));
    chart.setBackgroundPaint(Color.WHITE);
    LegendTitle legend = new LegendTitle(plot);
    legend.setItemFont(font(Font.PLAIN, 12));
    legend.setPosition(RectangleEdge.BOTTOM);
    legend.setFrame(BlockBorder.NONE);
    chart.addSubtitle(legend);
    return chart;
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
      renderer.setSeriesPaint(i, new Color(COLOURS[i % COLOURS.length]));
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
    text.setFont(font(Font.PLAIN, 12));
    text.setTextAnchor(TextAnchor.BOTTOM_LEFT);
    return text;
  }

  private NumberAxis timeAxis() {
    double slowest = points.stream().mapToDouble(AccuracyChart::milliseconds).max().orElseThrow();
    NumberAxis axis = axis("milliseconds for a picture of 128x128, less is better");
    axis.setRange(0, slowest * 1.15);
    return axis;
  }

  private NumberAxis accuracyAxis() {
    double least = points.stream().mapToDouble(Point::percent).min().orElseThrow();
    double most = points.stream().mapToDouble(Point::percent).max().orElseThrow();
    NumberAxis axis = axis("right of all, %");
    axis.setRange(Math.floor(least - MARGIN), Math.ceil(most + MARGIN));
    return axis;
  }

  private static NumberAxis axis(String label) {
    NumberAxis axis = new NumberAxis(label);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    axis.setLabelFont(font(Font.PLAIN, 12));
    axis.setTickLabelFont(font(Font.PLAIN, 12));
    return axis;
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
