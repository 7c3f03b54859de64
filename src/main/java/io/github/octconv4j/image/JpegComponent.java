package io.github.octconv4j.image;

import org.jspecify.annotations.Nullable;

/**
 * One component of a JPEG image (brightness, a color difference, an ink) while it is decoded. Its
 * samples may be fewer than the image's pixels; they come in blocks of 8 x 8.
 */
final class JpegComponent {
  private static final int BLOCK = 64;

  final int id;
  final int h; // samples beside each other where the densest component has the most
  final int v; // and below each other
  final int quantization; // index of its table

  private int width;
  private int height;
  private int blocksAcross;
  private int blocksDown;
  private int stride; // in blocks: those of whole groups
  private int rows;

  private int @Nullable [] table; // of quantization, as it was at the component's first scan
  private short[] coefficients = {};
  private byte[] samples = {};

  JpegComponent(int id, int h, int v, int quantization) {
    this.id = id;
    this.h = h;
    this.v = v;
    this.quantization = quantization;
  }

  /** Sets its size, once all components are known. */
  void fit(int imageWidth, int imageHeight, int mostH, int mostV) {
    width = ceil((long) imageWidth * h, mostH);
    height = ceil((long) imageHeight * v, mostV);
    blocksAcross = ceil(width, 8);
    blocksDown = ceil(height, 8);
    stride = ceil(imageWidth, 8 * mostH) * h;
    rows = ceil(imageHeight, 8 * mostV) * v;
  }

  private static int ceil(long a, int b) {
    return (int) ((a + b - 1) / b);
  }

  /** Samples in a row that belong to the image. */
  int width() {
    return width;
  }

  /** Rows of samples that belong to the image. */
  int height() {
    return height;
  }

  /** Blocks in a row of a scan of this component alone. */
  int blocksAcross() {
    return blocksAcross;
  }

  /** Rows of blocks in a scan of this component alone. */
  int blocksDown() {
    return blocksDown;
  }

  /** Blocks in a scan of this component alone, or of several. */
  long blocks(boolean alone) {
    return alone ? (long) blocksAcross * blocksDown : (long) stride * rows;
  }

  /** Takes memory for samples, and for coefficients where several scans make a block. */
  void allocate(boolean progressive) {
    if (progressive) {
      coefficients = new short[stride * rows * BLOCK];
    } else {
      samples = new byte[stride * rows * BLOCK];
    }
  }

  /** Keeps the table of quantization that is in force when the first scan begins. */
  void quantize(int @Nullable [] current) throws BadImageException {
    if (table != null) {
      return;
    }
    if (current == null) {
      throw new BadImageException(
          "is a damaged JPEG image: quantization table " + quantization + " is missing");
    }
    table = current;
  }

  /** Coefficients of all blocks. */
  short[] coefficients() {
    return coefficients;
  }

  /** Where the coefficients of a block begin. */
  int block(int row, int column) {
    return (row * stride + column) * BLOCK;
  }

  /** Makes the samples of a block. Changes {@code block}. */
  void transform(InverseDct dct, int[] block, int row, int column) {
    int[] factors = table;
    if (factors == null) {
      throw new IllegalStateException("no quantization before a scan");
    }
    for (int i = 0; i < BLOCK; i++) {
      block[i] *= factors[i];
    }
    dct.apply(block, samples, row * 8 * stride * 8 + column * 8, stride * 8);
  }

  /** Makes samples of coefficients, which are dropped. */
  void transformAll(InverseDct dct) {
    samples = new byte[coefficients.length];
    int[] block = new int[BLOCK];
    for (int row = 0; row < blocksDown; row++) {
      for (int column = 0; column < blocksAcross; column++) {
        int from = block(row, column);
        for (int i = 0; i < BLOCK; i++) {
          block[i] = coefficients[from + i];
        }
        transform(dct, block, row, column);
      }
    }
    coefficients = new short[0];
  }

  /** A sample, 0 to 255. */
  int sample(int row, int column) {
    return samples[row * stride * 8 + column] & 0xFF;
  }
}
