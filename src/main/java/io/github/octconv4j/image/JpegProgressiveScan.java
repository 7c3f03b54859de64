package io.github.octconv4j.image;

import io.github.octconv4j.image.JpegScan.Part;

/** A scan that adds some bits to some coefficients of its blocks. */
final class JpegProgressiveScan extends JpegScanDecoder {
  private final HuffmanTable[] dc; // empty where the scan has none
  private final HuffmanTable[] ac;
  private int emptyBlocks; // that follow without a code

  JpegProgressiveScan(JpegFrame frame, JpegScan scan, byte[] data, int interval, JpegTables tables)
      throws BadImageException {
    super(frame, scan, data, interval);
    boolean isDc = scan.first() == 0;
    dc = new HuffmanTable[isDc && scan.high() == 0 ? scan.parts().size() : 0];
    ac = new HuffmanTable[isDc ? 0 : 1];
    for (int i = 0; i < dc.length; i++) {
      dc[i] = tables.dc(scan.parts().get(i).dc());
    }
    for (int i = 0; i < ac.length; i++) {
      Part part = scan.parts().get(i);
      ac[i] = tables.ac(part.ac());
    }
  }

  @Override
  void restart() {
    emptyBlocks = 0;
  }

  @Override
  void block(int part, JpegComponent component, int row, int column) throws BadImageException {
    short[] coefficients = component.coefficients();
    int at = component.block(row, column);
    if (scan.first() == 0) {
      if (scan.high() == 0) {
        coefficients[at] = (short) (nextDc(part, dc[part]) << scan.low());
      } else {
        coefficients[at] |= (short) (bits.next(1) << scan.low());
      }
    } else if (scan.high() == 0) {
      first(coefficients, at);
    } else {
      refine(coefficients, at);
    }
  }

  /** The first bits of AC coefficients. */
  private void first(short[] coefficients, int at) throws BadImageException {
    if (emptyBlocks > 0) {
      emptyBlocks--;
      return;
    }
    for (int k = scan.first(); k <= scan.last(); k++) {
      int symbol = ac[0].next(bits);
      int size = symbol & 0xF;
      int run = symbol >> 4;
      if (size == 0 && run < 15) {
        emptyBlocks = (1 << run) + bits.next(run) - 1;
        return;
      }
      k += run;
      if (size > 0) {
        coefficients[at + JpegTables.natural(k)] = (short) (bits.signed(size) << scan.low());
      }
    }
  }

  /** One more bit of AC coefficients: of those that are not zero, and of new ones among them. */
  private void refine(short[] coefficients, int at) throws BadImageException {
    int k = scan.first();
    while (k <= scan.last() && emptyBlocks == 0) {
      int symbol = ac[0].next(bits);
      int run = symbol >> 4;
      int value = 0;
      if ((symbol & 0xF) != 0) {
        value = bits.next(1) == 1 ? 1 << scan.low() : -1 << scan.low();
      } else if (run < 15) {
        emptyBlocks = (1 << run) + bits.next(run);
        break;
      }
      k = refineUntil(coefficients, at, k, run);
      if (value != 0) {
        coefficients[at + JpegTables.natural(k)] = (short) value;
      }
      k++;
    }
    if (emptyBlocks > 0) {
      refineUntil(coefficients, at, k, BLOCK);
      emptyBlocks--;
    }
  }

  /** Refines until {@code zeros} zeros were left out, and returns the place of the next one. */
  private int refineUntil(short[] coefficients, int at, int from, int zeros)
      throws BadImageException {
    int left = zeros;
    int k = from;
    while (k <= scan.last()) {
      int i = at + JpegTables.natural(k);
      if (coefficients[i] == 0) {
        if (left == 0) {
          break;
        }
        left--;
      } else if (bits.next(1) == 1 && (coefficients[i] & (1 << scan.low())) == 0) {
        coefficients[i] += (short) (coefficients[i] > 0 ? 1 << scan.low() : -1 << scan.low());
      }
      k++;
    }
    return k;
  }
}
