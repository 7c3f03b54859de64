package io.github.octconv4j.bench.kernel;

import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctavePath;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Octave convolution in Java: pools first, adds in place, upsamples last. */
final class JavaOctave implements Kernel {
  private final JavaMaths maths;
  private final int k;
  private final Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
  private final Map<Frequency, float[]> biases = new EnumMap<>(Frequency.class);
  private final Map<Frequency, Feature> x = new EnumMap<>(Frequency.class);
  private final Map<Frequency, Feature> y = new EnumMap<>(Frequency.class);
  private final Feature pooled; // null where no path goes from high to low
  private final float[] zeros;
  private final Feature small; // y_h before the upsampling; null where no path goes there

  JavaOctave(OctaveData data, JavaMaths maths) {
    this.maths = maths;
    this.k = data.layer().kernelHeight();
    for (OctavePath path : data.spec().paths()) {
      int in = data.spec().in().of(path.source());
      int out = data.spec().out().of(path.destination());
      kernels.put(path, maths.pack(data.kernel(path), out, in, k));
    }
    int batch = data.layer().batch();
    for (Frequency frequency : Frequency.values()) {
      if (data.input(frequency) != null) {
        int pixel = maths.pixel(data.input(frequency).c());
        x.put(frequency, Feature.of(data.input(frequency), k / 2, pixel));
      }
      int out = data.spec().out().of(frequency);
      if (out > 0) {
        int pixel = maths.pixel(out);
        y.put(
            frequency,
            new Feature(batch, out, data.height(frequency), data.width(frequency), k / 2, pixel));
        float[] bias = new float[pixel];
        if (data.bias(frequency) != null) {
          System.arraycopy(data.bias(frequency), 0, bias, 0, out);
        }
        biases.put(frequency, bias);
      }
    }
    int h = data.height(Frequency.LOW);
    int w = data.width(Frequency.LOW);
    int in = data.spec().in().high();
    int out = data.spec().out().high();
    zeros = new float[maths.pixel(out)];
    pooled =
        data.spec().has(OctavePath.HL)
            ? new Feature(batch, in, h, w, k / 2, maths.pixel(in))
            : null;
    small =
        data.spec().has(OctavePath.LH) ? new Feature(batch, out, h, w, 0, maths.pixel(out)) : null;
  }

  @Override
  public void run() {
    Feature high = y.get(Frequency.HIGH);
    Feature low = y.get(Frequency.LOW);
    convolve(OctavePath.HH, x.get(Frequency.HIGH), high, false);
    if (small != null) {
      float[] bias = kernels.containsKey(OctavePath.HH) ? zeros : biases.get(Frequency.HIGH);
      maths.convolve(x.get(Frequency.LOW), kernels.get(OctavePath.LH), bias, k, small, false);
      maths.upsample(small, high, kernels.containsKey(OctavePath.HH));
    }
    convolve(OctavePath.LL, x.get(Frequency.LOW), low, false);
    if (pooled != null) {
      maths.pool(x.get(Frequency.HIGH), pooled);
      convolve(OctavePath.HL, pooled, low, kernels.containsKey(OctavePath.LL));
    }
  }

  private void convolve(OctavePath path, Feature from, Feature to, boolean add) {
    if (kernels.containsKey(path)) {
      maths.convolve(from, kernels.get(path), biases.get(path.destination()), k, to, add);
    }
  }

  @Override
  public List<float[]> outputs() {
    List<float[]> outputs = new ArrayList<>();
    y.forEach((frequency, feature) -> outputs.add(feature.toArray()));
    return outputs;
  }
}
