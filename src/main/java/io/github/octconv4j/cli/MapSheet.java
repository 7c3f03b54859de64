package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A picture of feature maps: sections with a title, each a grid of tiles of the same size. */
final class MapSheet {
  private static final int LEAST_TILE = 84;
  private static final int LEAST_WIDTH = 480;
  private static final int COLUMNS = 8;
  private static final int MARGIN = 12;
  private static final int GAP = 4;
  private static final int TITLE = 26;

  private final int tileWidth;
  private final int tileHeight;
  private final List<Section> sections = new ArrayList<>();

  /** A title and the pictures under it. */
  private record Section(String title, List<Image> images) {
    int rows() {
      return (images.size() + COLUMNS - 1) / COLUMNS;
    }
  }

  /** A sheet for pictures of this size; others are scaled to it. */
  MapSheet(int width, int height) {
    int scale = Math.max(1, LEAST_TILE / width);
    tileWidth = width * scale;
    tileHeight = height * scale;
  }

  void add(String title, Image image) {
    sections.add(new Section(title, List.of(image)));
  }

  /**
   * Adds feature maps, each scaled to the range of its own values.
   *
   * @param maps (1, c, h, w)
   */
  void add(String title, Values maps) {
    List<Image> images = new ArrayList<>();
    for (int c = 0; c < maps.dim(1); c++) {
      images.add(map(maps, c));
    }
    sections.add(new Section(title, images));
  }

  private static Image map(Values maps, int channel) {
    int height = maps.dim(2);
    int width = maps.dim(3);
    float[] pixels = new float[height * width];
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = maps.at(channel * pixels.length + i);
      least = Math.min(least, pixels[i]);
      largest = Math.max(largest, pixels[i]);
    }
    float range = largest > least ? largest - least : 1;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (pixels[i] - least) / range;
    }
    return Image.of(width, height, 1, pixels);
  }

  /** Returns the sheet as a PNG file. */
  byte[] toPng() throws IOException {
    int height = MARGIN;
    int columns = 1;
    for (Section section : sections) {
      height += TITLE + section.rows() * (tileHeight + GAP) - GAP + MARGIN;
      columns = Math.max(columns, Math.min(COLUMNS, section.images().size()));
    }
    int width = Math.max(LEAST_WIDTH, 2 * MARGIN + columns * (tileWidth + GAP) - GAP);
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    draw(sheet);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(sheet, "png", out)) {
        throw new IllegalStateException("this Java runtime has no PNG writer");
      }
    }
    return bytes.toByteArray();
  }

  private void draw(BufferedImage sheet) throws IOException {
    Graphics2D graphics = sheet.createGraphics();
    try {
      graphics.setColor(new Color(0x30, 0x38, 0x48));
      graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
      int top = MARGIN;
      for (Section section : sections) {
        drawTitle(graphics, section.title(), top);
        top += TITLE;
        for (int i = 0; i < section.images().size(); i++) {
          int left = MARGIN + i % COLUMNS * (tileWidth + GAP);
          drawTile(sheet, section.images().get(i), left, top + i / COLUMNS * (tileHeight + GAP));
        }
        top += section.rows() * (tileHeight + GAP) - GAP + MARGIN;
      }
    } finally {
      graphics.dispose();
    }
  }

  private static void drawTitle(Graphics2D graphics, String title, int top) throws IOException {
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
      graphics.setColor(Color.WHITE);
      graphics.drawString(title, MARGIN, top + 15);
    } catch (RuntimeException | LinkageError | InternalError e) {
      // What Java throws where the machine has no fonts differs from release to release.
      throw new MachineException(
          "titles can't be drawn (%s); install fontconfig and a font, for instance apt-get install fontconfig fonts-dejavu-core"
              .formatted(e),
          e);
    }
  }

  /** Every pixel of the tile is the nearest one of the picture. */
  private void drawTile(BufferedImage sheet, Image image, int left, int top) {
    for (int y = 0; y < tileHeight; y++) {
      int row = y * image.height() / tileHeight;
      for (int x = 0; x < tileWidth; x++) {
        int column = x * image.width() / tileWidth;
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          float value = image.at(Math.min(c, image.channels() - 1), row, column);
          rgb = rgb << 8 | Math.round(255 * Math.clamp(value, 0f, 1f));
        }
        sheet.setRGB(left + x, top + y, rgb);
      }
    }
  }

  /** Returns a title, for instance {@code high frequency: 16 maps of 28 x 28, ...}. */
  static String title(String what, Values maps) {
    return String.format(
        Locale.ROOT,
        "%s: %d maps of %d x %d, each over its own range",
        what,
        maps.dim(1),
        maps.dim(3),
        maps.dim(2));
  }
}
