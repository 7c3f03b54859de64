package io.github.octconv4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of text in columns that are as wide as their widest cell, two spaces apart. */
public final class Table {
  private final String alignment;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param alignment one letter for each column, {@code l} left or {@code r} right
   */
  public Table(String alignment) {
    this.alignment = alignment;
  }

  /** Adds a row. */
  public Table row(String... cells) {
    if (cells.length != alignment.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a row has %d cells, the table %d columns",
              cells.length,
              alignment.length()));
    }
    rows.add(cells.clone());
    return this;
  }

  /** Returns how many rows there are, a row of titles included. */
  public int rows() {
    return rows.size();
  }

  /** Prints all rows. */
  public void print(PrintWriter out) {
    int[] widths = new int[alignment.length()];
    for (String[] row : rows) {
      for (int c = 0; c < row.length; c++) {
        widths[c] = Math.max(widths[c], Columns.of(row[c]));
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < row.length; c++) {
        String fill = " ".repeat(widths[c] - Columns.of(row[c]));
        line.append(alignment.charAt(c) == 'r' ? fill + row[c] : row[c] + fill).append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
