package io.github.octconv4j.bench.kernel;

/** What an octave convolution is made of, in Java. */
interface JavaMaths {
  /** Floats that a pixel of so many channels takes. */
  int pixel(int channels);

  /** Brings weights (out, in, k, k) into the order in which they are read. */
  float[] pack(float[] weights, int out, int in, int k);

  /**
   * A convolution of stride 1.
   *
   * @param x with a halo of at least {@code k / 2}
   * @param packed weights
   * @param bias one value for each float of an output pixel
   * @param y of the size of {@code x}
   * @param add whether the result is added to {@code y}; without bias then
   */
  void convolve(Feature x, float[] packed, float[] bias, int k, Feature y, boolean add);

  /** The average of 2x2 pixels; an odd last row or column is left out. */
  void pool(Feature x, Feature y);

  /** Each pixel four times; an odd last row or column repeats the one before. */
  void upsample(Feature x, Feature y, boolean add);
}
