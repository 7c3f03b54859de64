package io.github.octconv4j.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
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
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Lines over alpha, with a line across at 1.
 *
 * @param title what is shown
 * @param yLabel what the vertical axis shows
 * @param yTick distance of its numbers
 * @param lines the lines, in the order of the legend
 */
record LineChart(String title, String yLabel, double yTick, List<Line> lines) {
  private static final int SCALE = 2; // for screens with small pixels
  private static final int[] COLOURS = { // told apart by most eyes: Okabe and Ito
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x7f5f00, 0x5f3fbf
  };

  /**
   * A line.
   *
   * @param name in the legend
   * @param points by alpha
   * @param bold whether it matters more than others
   * @param reference whether it is computed, not measured: dashed, without dots
   */
  record Line(String name, Map<Double, Double> points, boolean bold, boolean reference) {}

  /** Draws the chart, in twice as many pixels as given, and returns it as a PNG file. */
  byte[] toPng(int width, int height) throws IOException {
    BufferedImage image =
        chart(width < 600).createBufferedImage(SCALE * width, SCALE * height, width, height, null);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private JFreeChart chart(boolean small) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setLegendLine(new Line2D.Double(-12, 0, 12, 0));
    int colour = 0;
    List<Double> all = new ArrayList<>();
    for (Line line : lines) {
      XYSeries series = new XYSeries(line.name);
      line.points.forEach(series::add);
      all.addAll(line.points.values());
      int index = data.getSeriesCount();
      data.addSeries(series);
      renderer.setSeriesShape(index, new Ellipse2D.Double(-3, -3, 6, 6));
      if (line.reference) {
        renderer.setSeriesPaint(index, Color.BLACK);
        renderer.setSeriesShapesVisible(index, false);
        renderer.setSeriesStroke(
            index,
            new BasicStroke(
                1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 4}, 0));
      } else {
        renderer.setSeriesPaint(index, new Color(COLOURS[colour++ % COLOURS.length]));
        renderer.setSeriesStroke(
            index, new BasicStroke(line.bold ? 3.2f : 1.6f, BasicStroke.CAP_ROUND, 1));
      }
    }
    NumberAxis x = axis("alpha: share of low-frequency channels", 0.125, "0.###");
    x.setRange(0, 0.78);
    NumberAxis y = axis(yLabel, yTick, yTick < 1 ? "0.0#" : "0");
    double highest = all.stream().mapToDouble(v -> v).max().orElse(1);
    y.setRange(0, Math.max(1, highest) * 1.06);
    XYPlot plot = new XYPlot(data, x, y, renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(new Color(0xdddddd));
    plot.setRangeGridlinePaint(new Color(0xdddddd));
    plot.setOutlineVisible(false);
    plot.addRangeMarker(new ValueMarker(1, Color.GRAY, new BasicStroke(1.5f)), Layer.BACKGROUND);
    JFreeChart chart = new JFreeChart(null, new Font(Font.SANS_SERIF, Font.BOLD, 15), plot, false);
    if (!small) {
      chart.setTitle(new TextTitle(title, new Font(Font.SANS_SERIF, Font.BOLD, 15)));
    }
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(4, 4, 4, 12));
    LegendTitle legend = new LegendTitle(plot);
    legend.setItemFont(font(12));
    legend.setPosition(small ? RectangleEdge.BOTTOM : RectangleEdge.RIGHT);
    legend.setFrame(BlockBorder.NONE);
    chart.addSubtitle(legend);
    return chart;
  }

  private static Font font(int size) {
    return new Font(Font.SANS_SERIF, Font.PLAIN, size);
  }

  private static NumberAxis axis(String label, double tick, String format) {
    NumberAxis axis = new NumberAxis(label);
    axis.setTickUnit(
        new NumberTickUnit(
            tick, new DecimalFormat(format, DecimalFormatSymbols.getInstance(Locale.ROOT))));
    axis.setLabelFont(font(12));
    axis.setTickLabelFont(font(12));
    return axis;
  }
}
