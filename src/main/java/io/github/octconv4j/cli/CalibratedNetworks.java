package io.github.octconv4j.cli;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.quant.Quantizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Networks in whole numbers of 8 bits that are calibrated on the spot: all layers are, whatever
 * that costs. What a network loses {@code quantize} tells.
 */
public final class CalibratedNetworks {
  private static final int SEED = 1904_05049;

  private CalibratedNetworks() {}

  /** Returns a network in whole numbers, calibrated on pictures; the caller closes both. */
  static Network onPictures(Network network, List<Image> pictures) {
    Quantizer quantizer = new Quantizer(network);
    pictures.forEach(quantizer::sample);
    return quantizer.quantizeAll().network();
  }

  /**
   * Returns a network in whole numbers, calibrated on normal values; the caller closes both.
   *
   * @param sizes of all inputs, which are floats
   */
  public static Network onNormalValues(Network network, Map<String, long[]> sizes) {
    Random random = new Random(SEED);
    Map<String, TensorData> sample = new LinkedHashMap<>();
    sizes.forEach(
        (name, dims) -> {
          long count = 1;
          for (long size : dims) {
            count = Math.multiplyExact(count, size);
          }
          float[] values = new float[Math.toIntExact(count)];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
          }
          sample.put(name, TensorData.of(values, dims));
        });
    return new Quantizer(network).sample(sample).quantizeAll().network();
  }
}
