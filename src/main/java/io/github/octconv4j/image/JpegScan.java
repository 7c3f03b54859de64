package io.github.octconv4j.image;

import java.util.List;

/**
 * One pass over some components of a JPEG image.
 *
 * @param parts the components, with the tables that each uses
 * @param first coefficient, in the order of the zigzag
 * @param last coefficient
 * @param high the bit above those that earlier scans gave, 0 in a first scan
 * @param low the lowest bit that this scan gives
 */
record JpegScan(List<Part> parts, int first, int last, int high, int low) {
  /** A component and the indices of its Huffman tables. */
  record Part(JpegComponent component, int dc, int ac) {}

  /** How many blocks it goes through. */
  long blocks() {
    boolean alone = parts.size() == 1;
    return parts.stream().mapToLong(part -> part.component().blocks(alone)).sum();
  }

  /** Bits that a block takes at least; 0 where one code can stand for many blocks. */
  int leastBits(boolean progressive) {
    return progressive ? first == 0 ? 1 : 0 : 2;
  }
}
