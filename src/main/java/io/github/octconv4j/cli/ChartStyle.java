package io.github.octconv4j.cli;

import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/** How the project's charts look. */
public final class ChartStyle {
  /** Colours of lines, told apart by most eyes: those of Okabe and Ito, and two more. */
  public static final List<Color> COLOURS =
      IntStream.of(0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x7f5f00, 0x5f3fbf)
          .mapToObj(Color::new)
          .toList();

  private ChartStyle() {}

  /**
   * A chart of a plot.
   *
   * @param title in bold, "" for none
   * @param subtitle below it, "" for none
   * @param legend where it stands
   */
  public static JFreeChart chart(XYPlot plot, String title, String subtitle, RectangleEdge legend) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(new Color(0xdddddd));
    plot.setRangeGridlinePaint(new Color(0xdddddd));
    plot.setOutlineVisible(false);
    JFreeChart chart = new JFreeChart(null, font(15), plot, false);
    if (!title.isEmpty()) {
      chart.setTitle(new TextTitle(title, new Font(Font.SANS_SERIF, Font.BOLD, 15)));
    }
    if (!subtitle.isEmpty()) {
      chart.addSubtitle(new TextTitle(subtitle, font(12)));
    }
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(4, 4, 4, 12));
    LegendTitle names = new LegendTitle(plot);
    names.setItemFont(font(12));
    names.setPosition(legend);
    names.setFrame(BlockBorder.NONE);
    chart.addSubtitle(names);
    return chart;
  }

  /** An axis whose numbers are the same in every language. */
  public static NumberAxis axis(String label) {
    NumberAxis axis = new NumberAxis(label);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ROOT));
    axis.setLabelFont(font(12));
    axis.setTickLabelFont(font(12));
    return axis;
  }

  /** The font of all but the title. */
  public static Font font(int size) {
    return new Font(Font.SANS_SERIF, Font.PLAIN, size);
  }

  /**
   * Draws a chart and returns it as a PNG file.
   *
   * @param chart makes it, which takes fonts as drawing does
   * @param scale pixels for each of {@code width} and {@code height}, 2 for screens with small ones
   * @throws IOException where the system has no fonts; the message says what to do
   */
  public static byte[] toPng(Supplier<JFreeChart> chart, int width, int height, int scale)
      throws IOException {
    try {
      BufferedImage image =
          chart.get().createBufferedImage(scale * width, scale * height, width, height, null);
      return Png.of(image);
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw MachineException.withoutFonts("the plot", e);
    }
  }
}
