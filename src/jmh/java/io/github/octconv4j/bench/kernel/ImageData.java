package io.github.octconv4j.bench.kernel;

import java.util.Random;

/**
 * Images of random values from -1 to 1, always the same ones.
 *
 * @param n images
 * @param c channels
 * @param h rows
 * @param w columns
 * @param values (n, c, h, w)
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record ImageData(int n, int c, int h, int w, float[] values) {
  /** Makes images. */
  public static ImageData random(Random random, int n, int c, int h, int w) {
    return new ImageData(n, c, h, w, floats(random, n * c * h * w, 1));
  }

  static float[] floats(Random random, int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * (2 * random.nextDouble() - 1));
    }
    return values;
  }
}
