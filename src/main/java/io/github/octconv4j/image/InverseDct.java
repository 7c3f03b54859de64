package io.github.octconv4j.image;

import java.util.Arrays;

/**
 * From 8 x 8 coefficients to samples, in the integer arithmetic of the IJG's accurate method
 * (Loeffler, Ligtenberg and Moschytz, ICASSP 1989, with 11 multiplications), so that samples are
 * those of libjpeg to the last bit. Not for several threads at once.
 */
final class InverseDct {
  private static final int CONST_BITS = 13;
  private static final int PASS1_BITS = 2;
  private static final int FIX_0_298631336 = 2446;
  private static final int FIX_0_390180644 = 3196;
  private static final int FIX_0_541196100 = 4433;
  private static final int FIX_0_765366865 = 6270;
  private static final int FIX_0_899976223 = 7373;
  private static final int FIX_1_175875602 = 9633;
  private static final int FIX_1_501321110 = 12299;
  private static final int FIX_1_847759065 = 15137;
  private static final int FIX_1_961570560 = 16069;
  private static final int FIX_2_053119869 = 16819;
  private static final int FIX_2_562915447 = 20995;
  private static final int FIX_3_072711026 = 25172;

  private final int[] line = new int[8];

  /**
   * Transforms a block.
   *
   * @param block dequantized coefficients, row by row; used as working memory
   * @param samples where the samples go, as bytes
   * @param offset of the first one
   * @param stride from one row of samples to the next
   */
  void apply(int[] block, byte[] samples, int offset, int stride) {
    if (isFlat(block)) {
      byte value = sample((block[0] + 4) >> 3);
      for (int y = 0; y < 8; y++) {
        Arrays.fill(samples, offset + y * stride, offset + y * stride + 8, value);
      }
      return;
    }
    for (int x = 0; x < 8; x++) {
      transform(block, x, 8, CONST_BITS - PASS1_BITS);
      for (int y = 0; y < 8; y++) {
        block[x + y * 8] = line[y];
      }
    }
    for (int y = 0; y < 8; y++) {
      transform(block, y * 8, 1, CONST_BITS + PASS1_BITS + 3);
      for (int x = 0; x < 8; x++) {
        samples[offset + y * stride + x] = sample(line[x]);
      }
    }
  }

  private static boolean isFlat(int[] block) {
    for (int i = 1; i < block.length; i++) {
      if (block[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte sample(int value) {
    return (byte) Math.clamp(value + 128, 0, 255);
  }

  /** One row or column into {@link #line}, shifted to the right and rounded. */
  private void transform(int[] in, int at, int step, int shift) {
    int z2 = in[at + 2 * step];
    int z3 = in[at + 6 * step];
    int z1 = (z2 + z3) * FIX_0_541196100;
    int even2 = z1 - z3 * FIX_1_847759065;
    int even3 = z1 + z2 * FIX_0_765366865;
    z2 = in[at];
    z3 = in[at + 4 * step];
    int even0 = (z2 + z3) << CONST_BITS;
    int even1 = (z2 - z3) << CONST_BITS;

    int odd0 = in[at + 7 * step];
    int odd1 = in[at + 5 * step];
    int odd2 = in[at + 3 * step];
    int odd3 = in[at + step];
    z1 = -(odd0 + odd3) * FIX_0_899976223;
    z2 = -(odd1 + odd2) * FIX_2_562915447;
    z3 = odd0 + odd2;
    int z4 = odd1 + odd3;
    int z5 = (z3 + z4) * FIX_1_175875602;
    z3 = z5 - z3 * FIX_1_961570560;
    z4 = z5 - z4 * FIX_0_390180644;
    odd0 = odd0 * FIX_0_298631336 + z1 + z3;
    odd1 = odd1 * FIX_2_053119869 + z2 + z4;
    odd2 = odd2 * FIX_3_072711026 + z2 + z3;
    odd3 = odd3 * FIX_1_501321110 + z1 + z4;

    int half = 1 << (shift - 1);
    line[0] = (even0 + even3 + odd3 + half) >> shift;
    line[7] = (even0 + even3 - odd3 + half) >> shift;
    line[1] = (even1 + even2 + odd2 + half) >> shift;
    line[6] = (even1 + even2 - odd2 + half) >> shift;
    line[2] = (even1 - even2 + odd1 + half) >> shift;
    line[5] = (even1 - even2 - odd1 + half) >> shift;
    line[3] = (even0 - even3 + odd0 + half) >> shift;
    line[4] = (even0 - even3 - odd0 + half) >> shift;
  }
}
