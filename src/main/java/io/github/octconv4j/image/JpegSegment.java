package io.github.octconv4j.image;

/** What changes the decoder's state, in the order of the file. */
sealed interface JpegSegment {
  /** Quantization tables, as they stand in the file. */
  record Quantization(byte[] body) implements JpegSegment {}

  /** Huffman tables, as they stand in the file. */
  record Huffman(byte[] body) implements JpegSegment {}

  /** Groups of blocks between two restart markers, 0 for no markers. */
  record Restart(int interval) implements JpegSegment {}

  /** A scan and its entropy-coded bytes, with restart markers. */
  record Scan(JpegScan scan, byte[] data) implements JpegSegment {}
}
