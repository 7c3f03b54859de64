package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.LineChart;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Pieces of HTML. */
final class Html {
  private static final int WIDE = 860;
  private static final int NARROW = 380;

  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A number that answers a question. */
  static String answer(String number, String meaning) {
    return String.format(Locale.ROOT, "<b>%s</b><span>%s</span>", escape(number), escape(meaning));
  }

  /** A chart inside the page, another one on narrow screens. */
  static String picture(LineChart chart) throws IOException {
    return picture(chart.title(), chart.toPng(WIDE, 430, 2), chart.toPng(NARROW, 400, 2));
  }

  private static String picture(String description, byte[] wide, byte[] narrow) {
    return String.format(
        Locale.ROOT,
        """
        <picture>
        <source media="(max-width: 640px)" srcset="data:image/png;base64,%s">
        <img alt="%s" src="data:image/png;base64,%s">
        </picture>
        """,
        base64(narrow),
        escape(description),
        base64(wide));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * A table that scrolls on its own where the screen is narrow, by keys too; a shadow at its right
   * edge shows that there is more. Columns in which no row has anything are left out.
   *
   * @param heads plain text
   * @param rows HTML of each cell; the first column is text, the others are numbers
   */
  static String table(List<String> heads, List<List<String>> rows) {
    StringBuilder html =
        new StringBuilder("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
    List<Integer> columns =
        IntStream.range(0, heads.size())
            .filter(column -> rows.stream().anyMatch(row -> !row.get(column).isEmpty()))
            .boxed()
            .toList();
    columns.forEach(c -> html.append("<th>").append(escape(heads.get(c))).append("</th>"));
    html.append("</tr></thead><tbody>\n");
    for (List<String> row : rows) {
      html.append("<tr>");
      columns.forEach(c -> html.append("<td>").append(row.get(c)).append("</td>"));
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div>\n").toString();
  }

  /**
   * A bar, its share of the longest one and what it says.
   *
   * @param share from 0 to 1
   * @param strong whether it stands out
   */
  static String bar(String name, double share, String value, boolean strong) {
    return Figures.number(
        "<div class=\"bar%s\"><span class=\"name\">%s</span>"
            + "<span class=\"track\"><span style=\"width:%.1f%%\"></span></span>"
            + "<span class=\"value\">%s</span></div>%n",
        strong ? " strong" : "", escape(name), Math.max(0.5, 100 * share), escape(value));
  }
}
