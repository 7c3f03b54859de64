package io.github.octconv4j.image;

/** A picture while it is decoded: takes the pixels of the file, turns them upright as it goes. */
final class Pixels {
  private final int width;
  private final int height;
  private final int channels;
  private final float[] values;
  private final int columns; // of the file
  private final int origin; // where the file's first pixel goes in a plane
  private final int right; // from there to the pixel on its right in the file
  private final int down; // and to the one below

  /** An empty picture of the file's width and height. */
  Pixels(int width, int height, int channels, Orientation orientation) {
    this.width = orientation.swapsAxes() ? height : width;
    this.height = orientation.swapsAxes() ? width : height;
    this.channels = channels;
    this.columns = width;
    this.values = new float[Image.length(width, height, channels)];
    int column = orientation.swapsAxes() ? this.width : 1;
    int row = orientation.swapsAxes() ? 1 : this.width;
    this.right = orientation.mirrorsX() ? -column : column;
    this.down = orientation.mirrorsY() ? -row : row;
    this.origin =
        (orientation.mirrorsX() ? (width - 1) * column : 0)
            + (orientation.mirrorsY() ? (height - 1) * row : 0);
  }

  /** Sets a row of the file: {@code scale[samples[x]]} for each pixel. */
  void row(int channel, int y, int[] samples, float[] scale) {
    int at = channel * width * height + origin + y * down;
    for (int x = 0; x < columns; x++) {
      values[at] = scale[samples[x]];
      at += right;
    }
  }

  /** Sets one pixel of the file. */
  void set(int channel, int y, int x, float value) {
    values[channel * width * height + origin + y * down + x * right] = value;
  }

  Image image() {
    return new Image(width, height, channels, values);
  }
}
