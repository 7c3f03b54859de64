package io.github.octconv4j.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.io.IOException;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Lines over alpha, with a line across at 1.
 *
 * @param title what is shown
 * @param subtitle more of it, or ""
 * @param yLabel what the vertical axis shows
 * @param yTick distance of its numbers
 * @param atOne what the line across means
 * @param lines the lines, in the order of the legend
 */
public record LineChart(
    String title, String subtitle, String yLabel, double yTick, String atOne, List<Line> lines) {
  private static final int NARROW = 600; // a page then says in its text what the title would
  private static final int MOST_TICKS = 30;
  private static final double LAST_ALPHA = 0.75; // where no point lies beyond
  private static final List<Color> COLOURS = ChartStyle.COLOURS;
  private static final float[][] DASHES = {null, {8, 4}, {2, 3}}; // of lines of the same colour

  /**
   * A line.
   *
   * @param name in the legend
   * @param points by alpha
   * @param bold whether it matters more than others
   * @param reference whether it is computed, not measured: dashed, without dots
   */
  public record Line(String name, Map<Double, Double> points, boolean bold, boolean reference) {
    private double largest() {
      return points.values().stream().mapToDouble(y -> y).max().orElse(0);
    }

    private double last() {
      return points.keySet().stream().mapToDouble(x -> x).max().orElse(0);
    }
  }

  /**
   * Draws the chart and returns it as a PNG file.
   *
   * @param scale pixels for each of {@code width} and {@code height}, 2 for screens with small ones
   */
  public byte[] toPng(int width, int height, int scale) throws IOException {
    return ChartStyle.toPng(() -> chart(width, height), width, height, scale);
  }

  private JFreeChart chart(int width, int height) {
    XYPlot plot = new XYPlot(data(), xAxis(), yAxis(), renderer());
    plot.addRangeMarker(marker(), Layer.BACKGROUND);
    boolean named = width >= NARROW;
    return ChartStyle.chart(
        plot,
        named ? title : "",
        named ? subtitle : "",
        height > 0.6 * width ? RectangleEdge.BOTTOM : RectangleEdge.RIGHT);
  }

  private XYSeriesCollection data() {
    XYSeriesCollection data = new XYSeriesCollection();
    for (Line line : lines) {
      XYSeries series = new XYSeries(line.name);
      line.points.forEach(series::add);
      data.addSeries(series);
    }
    return data;
  }

  private XYLineAndShapeRenderer renderer() {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    renderer.setDrawSeriesLineAsPath(true); // or else dashes begin anew at each point
    renderer.setLegendLine(new Line2D.Double(-16, 0, 16, 0));
    int measured = 0;
    for (int i = 0; i < lines.size(); i++) {
      renderer.setSeriesShape(i, new Ellipse2D.Double(-3, -3, 6, 6));
      if (lines.get(i).reference) {
        renderer.setSeriesPaint(i, Color.BLACK);
        renderer.setSeriesShapesVisible(i, false);
        renderer.setSeriesStroke(i, stroke(1.5f, new float[] {6, 4}));
      } else {
        renderer.setSeriesPaint(i, COLOURS.get(measured % COLOURS.size()));
        float[] dashes = DASHES[measured / COLOURS.size() % DASHES.length];
        renderer.setSeriesStroke(i, stroke(lines.get(i).bold ? 3.2f : 1.8f, dashes));
        measured++;
      }
    }
    return renderer;
  }

  private static BasicStroke stroke(float width, float[] dashes) {
    return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes, 0);
  }

  private NumberAxis xAxis() {
    NumberAxis axis = axis("alpha: share of low-frequency channels", 0.125, "0.###");
    double last =
        lines.stream().filter(line -> !line.reference).mapToDouble(Line::last).max().orElse(0);
    axis.setRange(0, Math.max(LAST_ALPHA, last) + 0.03);
    return axis;
  }

  private NumberAxis yAxis() {
    NumberAxis axis = axis(yLabel, yTick, yTick < 1 ? "0.0#" : "0");
    double largest = Math.max(1, lines.stream().mapToDouble(Line::largest).max().orElse(1));
    axis.setAutoTickUnitSelection(largest > MOST_TICKS * yTick);
    axis.setRange(0, largest * 1.06);
    return axis;
  }

  private static NumberAxis axis(String label, double tick, String format) {
    NumberAxis axis = ChartStyle.axis(label);
    axis.setTickUnit(
        new NumberTickUnit(
            tick, new DecimalFormat(format, DecimalFormatSymbols.getInstance(Locale.ROOT))));
    return axis;
  }

  private ValueMarker marker() {
    ValueMarker marker = new ValueMarker(1, Color.GRAY, new BasicStroke(1.5f));
    marker.setLabel(atOne);
    marker.setLabelFont(ChartStyle.font(12));
    marker.setLabelBackgroundColor(Color.WHITE);
    marker.setLabelAnchor(RectangleAnchor.TOP_RIGHT);
    marker.setLabelTextAnchor(TextAnchor.BOTTOM_RIGHT);
    return marker;
  }
}
