package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.LayerResult;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Draws ratios over alpha, a line for each layer or network, between dense, which is 1, and the
 * limit.
 */
final class RatioPlot {
  static final int WIDTH = 1000;
  static final int HEIGHT = 700;

  private static final String LIMIT = "limit: 1/4 + 3/4 (1 - alpha)\u00b2";
  private static final int[] COLOURS = { // told apart by most eyes: Okabe and Ito
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x7f5f00, 0x5f3fbf
  };
  private static final float[][] DASHES = {null, {8, 4}, {2, 3}};

  /**
   * A point of a line.
   *
   * @param line its name
   * @param alpha share of low channels
   * @param ratio time of octave over that of dense
   */
  record Point(String line, double alpha, double ratio) {}

  private final String title;
  private final String subtitle;

  RatioPlot(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** Returns the plot as a PNG file. */
  byte[] toPng(List<Point> results) throws IOException {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ChartUtils.writeChartAsPNG(bytes, chart(results), WIDTH, HEIGHT);
      return bytes.toByteArray();
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw MachineException.withoutFonts("the plot", e);
    }
  }

  private JFreeChart chart(List<Point> results) {
    XYSeriesCollection data = new XYSeriesCollection();
    data.addSeries(limit());
    series(results).values().forEach(data::addSeries);
    XYPlot plot =
        new XYPlot(
            data,
            axis("alpha: share of low-frequency channels, of input and output", 0.125, "0.###"),
            axis("time of octave / time of dense", 0.1, "0.0"),
            renderer(data.getSeriesCount()));
    plot.getDomainAxis().setRange(0, Math.max(0.875, last(results) + 0.03));
    double highest = Math.max(1, results.stream().mapToDouble(Point::ratio).max().orElse(1));
    plot.getRangeAxis().setRange(0, Math.ceil(highest * 10 + 0.5) / 10);
    plot.getRangeAxis().setAutoTickUnitSelection(highest > 3);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setOutlineVisible(false);
    plot.addRangeMarker(dense(), Layer.BACKGROUND);
    Font large = new Font(Font.SANS_SERIF, Font.BOLD, 18);
    JFreeChart chart = new JFreeChart(title, large, plot, false);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(8, 8, 8, 24));
    chart.addSubtitle(new TextTitle(subtitle, font(12)));
    LegendTitle legend = new LegendTitle(plot);
    legend.setItemFont(font(13));
    legend.setPosition(RectangleEdge.BOTTOM);
    legend.setFrame(BlockBorder.NONE);
    chart.addSubtitle(legend);
    return chart;
  }

  private static double last(List<Point> results) {
    return results.stream().mapToDouble(Point::alpha).max().orElse(1);
  }

  private static Font font(int size) {
    return new Font(Font.SANS_SERIF, Font.PLAIN, size);
  }

  private static NumberAxis axis(String label, double tick, String format) {
    NumberAxis axis = new NumberAxis(label);
    axis.setTickUnit(
        new NumberTickUnit(
            tick, new DecimalFormat(format, DecimalFormatSymbols.getInstance(Locale.ROOT))));
    axis.setLabelFont(font(14));
    axis.setTickLabelFont(font(12));
    return axis;
  }

  private static ValueMarker dense() {
    ValueMarker marker = new ValueMarker(1, Color.GRAY, new BasicStroke(1.5f));
    marker.setLabel("dense");
    marker.setLabelFont(font(13));
    marker.setLabelBackgroundColor(Color.WHITE);
    marker.setLabelAnchor(RectangleAnchor.TOP_RIGHT);
    marker.setLabelTextAnchor(TextAnchor.BOTTOM_RIGHT);
    return marker;
  }

  private static XYSeries limit() {
    XYSeries limit = new XYSeries(LIMIT);
    for (int i = 0; i <= 200; i++) {
      double alpha = i / 200.0;
      limit.add(alpha, 0.25 + 0.75 * (1 - alpha) * (1 - alpha));
    }
    return limit;
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
              : "%s (%s, batch %d)"
                  .formatted(
                      result.layer().name(), result.layer().problem(), result.layer().batch());
      points.add(new Point(name, result.alpha(), result.ratio()));
    }
    return points;
  }

  private static Map<String, XYSeries> series(List<Point> points) {
    Map<String, XYSeries> all = new LinkedHashMap<>();
    for (Point point : points) {
      all.computeIfAbsent(point.line(), XYSeries::new).add(point.alpha(), point.ratio());
    }
    return all;
  }

  private static XYLineAndShapeRenderer renderer(int count) {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    renderer.setDrawSeriesLineAsPath(true); // or else dashes begin anew at each point
    renderer.setSeriesPaint(0, Color.BLACK);
    renderer.setSeriesStroke(0, stroke(1.5f, new float[] {6, 4}));
    renderer.setSeriesShapesVisible(0, false);
    renderer.setLegendLine(new Line2D.Double(-16, 0, 16, 0));
    Shape dot = new Ellipse2D.Double(-3.5, -3.5, 7, 7);
    for (int i = 1; i < count; i++) {
      renderer.setSeriesPaint(i, new Color(COLOURS[(i - 1) % COLOURS.length]));
      renderer.setSeriesStroke(i, stroke(2.2f, DASHES[(i - 1) / COLOURS.length % DASHES.length]));
      renderer.setSeriesShape(i, dot);
    }
    return renderer;
  }

  private static BasicStroke stroke(float width, float[] dash) {
    return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0);
  }
}
