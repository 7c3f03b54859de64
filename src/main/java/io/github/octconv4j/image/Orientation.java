package io.github.octconv4j.image;

/**
 * How a camera was held: what is done to the pixels of the file so that the picture stands upright.
 * First mirrored along the file's own axes, then rows become columns. In the order of EXIF's
 * numbers, from 1.
 */
enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(true, false, false),
  HALF_TURN(true, true, false),
  UPSIDE_DOWN(false, true, false),
  TRANSPOSED(false, false, true),
  TURN_RIGHT(false, true, true),
  TRANSVERSE(true, true, true),
  TURN_LEFT(true, false, true);

  private final boolean mirrorsX;
  private final boolean mirrorsY;
  private final boolean swapsAxes;

  Orientation(boolean mirrorsX, boolean mirrorsY, boolean swapsAxes) {
    this.mirrorsX = mirrorsX;
    this.mirrorsY = mirrorsY;
    this.swapsAxes = swapsAxes;
  }

  /** EXIF's number 1 to 8; another one means upright. */
  static Orientation of(long number) {
    return number >= 1 && number <= values().length ? values()[(int) number - 1] : UPRIGHT;
  }

  /** Whether the file's left column is on the right, or at the bottom where axes are swapped. */
  boolean mirrorsX() {
    return mirrorsX;
  }

  /** Whether the file's first row is the last, or on the right where axes are swapped. */
  boolean mirrorsY() {
    return mirrorsY;
  }

  /** Whether the file's rows are columns. */
  boolean swapsAxes() {
    return swapsAxes;
  }
}
