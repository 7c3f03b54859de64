package io.github.octconv4j.image;

/** The bits of a scan, without the zeros that are stuffed behind bytes of ones. */
final class EntropyBits {
  private final byte[] data;
  private int position;
  private long bits; // the next ones, in the lowest places
  private int count;
  private int missing; // of them, zeros behind the end of the data

  EntropyBits(byte[] data) {
    this.data = data;
  }

  /** The next 16 bits, which are not taken; zeros behind the end. */
  int peek16() {
    if (count < 16) {
      fill();
    }
    return (int) (bits >>> (count - 16)) & 0xFFFF;
  }

  /** Takes at most 16 bits. */
  void skip(int n) throws BadImageException {
    count -= n;
    if (count < missing) {
      throw new BadImageException("is a damaged JPEG image: a scan ends too early");
    }
  }

  /** Takes at most 16 bits as a number. */
  int next(int n) throws BadImageException {
    if (n == 0) {
      return 0;
    }
    int value = peek16() >> (16 - n);
    skip(n);
    return value;
  }

  /** Takes a number of n bits whose first bit is its sign: 0 means negative. */
  int signed(int n) throws BadImageException {
    if (n == 0) {
      return 0;
    }
    int value = next(n);
    return value < (1 << (n - 1)) ? value - (1 << n) + 1 : value;
  }

  private void fill() {
    while (count <= 48) {
      int b = 0;
      if (position < data.length && !atMarker()) {
        b = data[position] & 0xFF;
        position += b == 0xFF ? 2 : 1;
      } else {
        missing += 8;
      }
      bits = (bits << 8) | b;
      count += 8;
    }
  }

  private boolean atMarker() {
    return data[position] == (byte) 0xFF
        && (position + 1 == data.length || data[position + 1] != 0);
  }

  /** Drops what is left before the next restart marker, which must be that number. */
  void restart(int number) throws BadImageException {
    bits = 0;
    count = 0;
    missing = 0;
    while (position < data.length && !atMarker()) {
      position += data[position] == (byte) 0xFF ? 2 : 1;
    }
    while (position < data.length && data[position] == (byte) 0xFF) {
      position++;
    }
    if (position >= data.length || (data[position] & 0xFF) != 0xD0 + number) {
      throw new BadImageException("is a damaged JPEG image: a restart marker is missing");
    }
    position++;
  }
}
