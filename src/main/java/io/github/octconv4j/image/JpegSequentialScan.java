package io.github.octconv4j.image;

import java.util.Arrays;

/** A scan that has all coefficients of its blocks, which become samples at once. */
final class JpegSequentialScan extends JpegScanDecoder {
  private final HuffmanTable[] dc;
  private final HuffmanTable[] ac;
  private final InverseDct dct = new InverseDct();
  private final int[] coefficients = new int[BLOCK];

  JpegSequentialScan(JpegFrame frame, JpegScan scan, byte[] data, int interval, JpegTables tables)
      throws BadImageException {
    super(frame, scan, data, interval);
    dc = new HuffmanTable[scan.parts().size()];
    ac = new HuffmanTable[scan.parts().size()];
    tables.completeHuffman();
    for (int i = 0; i < dc.length; i++) {
      dc[i] = tables.dc(scan.parts().get(i).dc());
      ac[i] = tables.ac(scan.parts().get(i).ac());
    }
  }

  @Override
  void restart() {}

  @Override
  void block(int part, JpegComponent component, int row, int column) throws BadImageException {
    Arrays.fill(coefficients, 0);
    coefficients[0] = nextDc(part, dc[part]);
    for (int k = 1; k < BLOCK; k++) {
      int symbol = ac[part].next(bits);
      int size = symbol & 0xF;
      k += symbol >> 4; // zeros before it
      if (size != 0) {
        coefficients[JpegTables.natural(k)] = bits.signed(size);
      } else if (symbol != 0xF0) {
        break; // end of block
      }
    }
    component.transform(dct, coefficients, row, column);
  }
}
