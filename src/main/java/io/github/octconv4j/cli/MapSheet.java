package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A picture of pictures: sections with a title, each a row or grid of tiles of the same size. */
final class MapSheet {
  private static final int MARGIN = 12;
  private static final int GAP = 6;
  private static final int TITLE = 26;
  private static final int CAPTION = 18;

  private final int width;
  private final List<Section> sections = new ArrayList<>();

  /**
   * A picture in a section.
   *
   * @param caption what stands above it, or nothing
   * @param image is scaled to the section's size
   */
  record Tile(String caption, Image image) {}

  /** Tiles of a size under a title. */
  private record Section(String title, List<Tile> tiles, int columns, int tileWidth, int aspect) {
    /** Height for a width, in thousandths. */
    int tileHeight() {
      return Math.max(1, Math.round(tileWidth * (aspect / 1000f)));
    }

    int captionHeight() {
      return tiles.stream().allMatch(tile -> tile.caption().isEmpty()) ? 0 : CAPTION;
    }

    int rowHeight() {
      return captionHeight() + tileHeight() + GAP;
    }

    int height() {
      int rows = (tiles.size() + columns - 1) / columns;
      return TITLE + rows * rowHeight() - GAP + MARGIN;
    }
  }

  /** A sheet of this many pixels across. */
  MapSheet(int width) {
    this.width = width;
  }

  /**
   * Adds a section.
   *
   * @param columns how many tiles side by side fill the sheet's width
   * @param tiles at least one, all of the size of the first
   */
  void add(String title, int columns, List<Tile> tiles) {
    int tileWidth = (width - 2 * MARGIN - (columns - 1) * GAP) / columns;
    Image first = tiles.getFirst().image();
    int aspect = Math.round(1000f * first.height() / first.width());
    sections.add(new Section(title, List.copyOf(tiles), columns, tileWidth, aspect));
  }

  /** Returns the sheet as a PNG file. */
  byte[] toPng() throws IOException {
    int height = MARGIN + sections.stream().mapToInt(Section::height).sum();
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    draw(sheet);
    return Png.of(sheet);
  }

  private void draw(BufferedImage sheet) throws IOException {
    Graphics2D graphics = sheet.createGraphics();
    try {
      graphics.setColor(new Color(0x30, 0x38, 0x48));
      graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
      int top = MARGIN;
      for (Section section : sections) {
        drawText(graphics, section.title(), 15, MARGIN, top + 16);
        for (int i = 0; i < section.tiles().size(); i++) {
          Tile tile = section.tiles().get(i);
          int left = MARGIN + i % section.columns() * (section.tileWidth() + GAP);
          int y = top + TITLE + i / section.columns() * section.rowHeight();
          drawText(graphics, tile.caption(), 12, left, y + 12);
          drawTile(sheet, section, tile.image(), left, y + section.captionHeight());
        }
        top += section.height();
      }
    } finally {
      graphics.dispose();
    }
  }

  private static void drawText(Graphics2D graphics, String text, int size, int left, int baseline)
      throws IOException {
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
      graphics.setColor(Color.WHITE);
      graphics.drawString(text, left, baseline);
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw MachineException.withoutFonts("titles", e);
    }
  }

  /** Every pixel of the tile is the nearest one of the picture. */
  private static void drawTile(
      BufferedImage sheet, Section section, Image image, int left, int top) {
    for (int y = 0; y < section.tileHeight(); y++) {
      int row = y * image.height() / section.tileHeight();
      for (int x = 0; x < section.tileWidth(); x++) {
        int column = x * image.width() / section.tileWidth();
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          float value = image.at(Math.min(c, image.channels() - 1), row, column);
          rgb = rgb << 8 | Math.round(255 * Math.clamp(value, 0f, 1f));
        }
        sheet.setRGB(left + x, top + y, rgb);
      }
    }
  }
}
