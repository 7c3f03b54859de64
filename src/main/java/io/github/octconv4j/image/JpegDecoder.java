package io.github.octconv4j.image;

import java.io.IOException;
import java.util.List;

/**
 * Decodes JPEG files of 8 bits a sample with Huffman codes, sequential or progressive, to what
 * Pillow with libjpeg-turbo gives. In Java, where the JDK's own reader is native code, applies
 * color profiles, and judges colors by rules of its own.
 */
final class JpegDecoder {
  private final JpegFile file;
  private final JpegFrame frame;

  private JpegDecoder(JpegFile file) throws BadImageException {
    this.file = file;
    this.frame = file.frame();
  }

  /** Decodes what follows the start marker. */
  static Image decode(ByteSource in, ImageOptions options) throws IOException {
    JpegDecoder decoder = new JpegDecoder(new JpegFile(in, options));
    decoder.allocate();
    decoder.scans();
    return decoder.image(options.upright());
  }

  private void allocate() throws BadImageException {
    JpegColors colors = file.hints().colors(frame.components());
    long samples = frame.components().stream().mapToLong(part -> part.blocks(false) * 64).sum();
    long values = (long) frame.width() * frame.height() * colors.channels();
    HeapNeed.check(
        frame.width(),
        frame.height(),
        Math.max(samples * (frame.progressive() ? 3 : 1), samples + values * Float.BYTES));
    frame.components().forEach(component -> component.allocate(frame.progressive()));
  }

  private void scans() throws BadImageException {
    JpegTables tables = new JpegTables();
    int interval = 0;
    for (JpegSegment segment : file.segments()) {
      if (segment instanceof JpegSegment.Quantization quantization) {
        tables.quantization(quantization.body());
      } else if (segment instanceof JpegSegment.Huffman huffman) {
        tables.huffman(huffman.body());
      } else if (segment instanceof JpegSegment.Restart restart) {
        interval = restart.interval();
      } else if (segment instanceof JpegSegment.Scan scan) {
        decode(scan, tables, interval);
      }
    }
    if (frame.progressive()) {
      InverseDct dct = new InverseDct();
      frame.components().forEach(component -> component.transformAll(dct));
    }
  }

  private void decode(JpegSegment.Scan segment, JpegTables tables, int interval)
      throws BadImageException {
    JpegScan scan = segment.scan();
    for (JpegScan.Part part : scan.parts()) {
      part.component().quantize(tables.quantization(part.component().quantization));
    }
    JpegScanDecoder decoder =
        frame.progressive()
            ? new JpegProgressiveScan(frame, scan, segment.data(), interval, tables)
            : new JpegSequentialScan(frame, scan, segment.data(), interval, tables);
    decoder.decode();
  }

  private Image image(boolean upright) {
    List<JpegComponent> components = frame.components();
    JpegColors colors = file.hints().colors(components);
    Orientation orientation = upright ? file.hints().orientation() : Orientation.UPRIGHT;
    Pixels pixels = new Pixels(frame.width(), frame.height(), colors.channels(), orientation);
    float[] scale = new float[256];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = i / 255f;
    }
    int mostH = frame.mostH();
    int mostV = frame.mostV();
    int[][] row = new int[components.size()][frame.width() + 2 * mostH];
    JpegUpsampling[] upsampling = new JpegUpsampling[row.length];
    for (int i = 0; i < row.length; i++) {
      JpegComponent component = components.get(i);
      upsampling[i] = JpegUpsampling.of(component, mostH / component.h, mostV / component.v);
    }
    for (int y = 0; y < frame.height(); y++) {
      for (int i = 0; i < row.length; i++) {
        JpegComponent component = components.get(i);
        upsampling[i].row(component, y, mostH / component.h, mostV / component.v, row[i]);
      }
      colors.convert(row, frame.width());
      for (int c = 0; c < colors.channels(); c++) {
        pixels.row(c, y, row[c], scale);
      }
    }
    return pixels.image();
  }
}
