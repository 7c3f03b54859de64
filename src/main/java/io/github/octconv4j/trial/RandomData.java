package io.github.octconv4j.trial;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * Normal values, always the same ones: no zeros, and no denormals, which some processors dislike.
 */
public final class RandomData {
  private final Random random = new Random(1904_05049);

  /** Weights of all paths, scaled so that outputs are about as large as inputs. */
  public OctaveWeights weights(OctaveConv2d spec, boolean bias) {
    OctaveWeights.Builder weights = OctaveWeights.of(spec);
    for (OctavePath path : spec.paths()) {
      long[] shape = spec.weightsShape(path);
      long terms = shape[1] * shape[2] * shape[3];
      weights.kernel(path, floats(shape[0] * terms, Math.sqrt(1.0 / terms)));
    }
    if (bias) {
      for (Frequency output : Frequency.values()) {
        if (spec.out().of(output) > 0) {
          weights.bias(output, floats(spec.out().of(output), 1));
        }
      }
    }
    return weights.build();
  }

  private float[] floats(long count, double scale) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /** A feature map in the given layouts. */
  public OctaveTensor tensor(OctaveDesc desc, Arena arena) {
    OctaveTensor tensor = OctaveTensor.allocate(desc, arena);
    if (tensor.hasHigh()) {
      fill(tensor.high());
    }
    if (tensor.hasLow()) {
      fill(tensor.low());
    }
    return tensor;
  }

  /** Fills a tensor. */
  public void fill(Tensor tensor) {
    MemoryDesc desc = tensor.desc();
    float[] values = floats(desc.elements(), 1);
    if (desc.type() == DataType.F32) {
      tensor.set(values);
    } else {
      setBf16(tensor, values);
    }
  }

  /** Sets the upper halves of floats. Tensors with padding keep its zeros. */
  private static void setBf16(Tensor tensor, float[] values) {
    MemoryDesc desc = tensor.desc();
    if (desc.type() != DataType.BF16) {
      throw new IllegalArgumentException("desc must be F32 or BF16, was " + desc);
    }
    int next = 0;
    for (long n = 0; n < desc.dim(0); n++) {
      for (long c = 0; c < desc.dim(1); c++) {
        for (long h = 0; h < desc.dim(2); h++) {
          for (long w = 0; w < desc.dim(3); w++) {
            short half = (short) (Float.floatToRawIntBits(values[next++]) >>> 16);
            long at = desc.elementOffset(n, c, h, w);
            tensor.segment().setAtIndex(ValueLayout.JAVA_SHORT, at, half);
          }
        }
      }
    }
  }
}
