package io.github.octconv4j.image;

import io.github.octconv4j.image.JpegScan.Part;
import java.util.Arrays;
import java.util.List;

/** Goes through the blocks of a scan in the order of the file. */
abstract class JpegScanDecoder {
  static final int BLOCK = 64;

  final JpegScan scan;
  final EntropyBits bits;
  private final JpegFrame frame;
  private final int interval;
  private final int[] lastDc; // of each part

  /**
   * For one scan.
   *
   * @param interval groups of blocks between restart markers, 0 for no markers
   */
  JpegScanDecoder(JpegFrame frame, JpegScan scan, byte[] data, int interval) {
    this.frame = frame;
    this.scan = scan;
    this.bits = new EntropyBits(data);
    this.interval = interval;
    this.lastDc = new int[scan.parts().size()];
  }

  /** Decodes the next block of a part. */
  abstract void block(int part, JpegComponent component, int row, int column)
      throws BadImageException;

  /** Forgets what is carried from block to block, at a restart marker. */
  abstract void restart();

  /** The DC coefficient that differs from the part's last one by the next bits. */
  final int nextDc(int part, HuffmanTable table) throws BadImageException {
    lastDc[part] += bits.signed(table.next(bits));
    return (short) lastDc[part];
  }

  final void decode() throws BadImageException {
    List<Part> parts = scan.parts();
    if (parts.size() == 1) {
      JpegComponent component = parts.getFirst().component();
      int across = component.blocksAcross();
      int groups = across * component.blocksDown();
      for (int i = 0; i < groups; i++) {
        restartAt(i);
        block(0, component, i / across, i % across);
      }
      return;
    }
    int across = ceil(frame.width(), 8 * frame.mostH());
    int groups = across * ceil(frame.height(), 8 * frame.mostV());
    for (int i = 0; i < groups; i++) {
      restartAt(i);
      for (int p = 0; p < lastDc.length; p++) {
        group(p, parts.get(p).component(), i / across, i % across);
      }
    }
  }

  private static int ceil(int a, int b) {
    return (a + b - 1) / b;
  }

  private void group(int part, JpegComponent component, int row, int column)
      throws BadImageException {
    for (int y = 0; y < component.v; y++) {
      for (int x = 0; x < component.h; x++) {
        block(part, component, row * component.v + y, column * component.h + x);
      }
    }
  }

  private void restartAt(int group) throws BadImageException {
    if (interval != 0 && group != 0 && group % interval == 0) {
      bits.restart((group / interval - 1) % 8);
      Arrays.fill(lastDc, 0);
      restart();
    }
  }
}
