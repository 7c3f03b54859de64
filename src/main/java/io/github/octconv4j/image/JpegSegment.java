package io.github.octconv4j.image;

/** What changes the decoder's state, in the order of the file. */
sealed interface JpegSegment {
  /** Quantization tables. */
  final class Quantization implements JpegSegment {
    private final byte[] body;

    Quantization(byte[] body) {
      this.body = body;
    }

    /** As they stand in the file. */
    byte[] body() {
      return body;
    }
  }

  /** Huffman tables. */
  final class Huffman implements JpegSegment {
    private final byte[] body;

    Huffman(byte[] body) {
      this.body = body;
    }

    /** As they stand in the file. */
    byte[] body() {
      return body;
    }
  }

  /** Groups of blocks between two restart markers, 0 for no markers. */
  record Restart(int interval) implements JpegSegment {}

  /** A scan. */
  final class Scan implements JpegSegment {
    private final JpegScan scan;
    private final byte[] data;

    Scan(JpegScan scan, byte[] data) {
      this.scan = scan;
      this.data = data;
    }

    JpegScan scan() {
      return scan;
    }

    /** Entropy-coded, with restart markers. */
    byte[] data() {
      return data;
    }
  }
}
