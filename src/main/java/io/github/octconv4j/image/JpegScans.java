package io.github.octconv4j.image;

/**
 * Counts the scans of a JPEG file while its bytes go by. A progressive image has ten or so, but ten
 * bytes are enough for one more, for which the decoder goes through all pixels again.
 */
final class JpegScans {
  private static final int SOI = 0xD8;
  private static final int SOS = 0xDA;

  private enum State {
    FIRST,
    DATA,
    MARKER,
    LENGTH_HIGH,
    LENGTH_LOW,
    NO_JPEG
  }

  private State state = State.FIRST;
  private int length;
  private int skip; // bytes to the end of a segment
  private int count;

  /** How many scans have begun so far. */
  int count() {
    return count;
  }

  /** The next byte of the file, 0 to 255. */
  void accept(int b) {
    if (skip > 0) {
      skip--;
      return;
    }
    switch (state) {
      case FIRST -> state = b == 0xFF ? State.MARKER : State.NO_JPEG;
      case DATA -> state = b == 0xFF ? State.MARKER : State.DATA;
      case MARKER -> marker(b);
      case LENGTH_HIGH -> {
        length = b << 8;
        state = State.LENGTH_LOW;
      }
      case LENGTH_LOW -> {
        skip = Math.max(0, (length | b) - 2); // the length counts itself
        state = State.DATA;
      }
      case NO_JPEG -> {}
    }
  }

  private void marker(int b) {
    if (b == 0xFF) {
      return; // fill bytes
    }
    boolean alone = b == 0 || b == 1 || (b >= 0xD0 && b <= SOI + 1); // without a segment
    count += b == SOS ? 1 : 0;
    state = alone ? State.DATA : State.LENGTH_HIGH;
  }
}
