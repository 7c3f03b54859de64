package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctavePath;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The weights of an octave convolution as programs take them: checked, and known by what they are.
 * The arrays are shared and nobody changes them.
 *
 * @param identity what the values are: programs that share constants keep weights of equal
 *     identities once
 * @param kernels of each path, (out, in / groups, kh, kw) row by row
 * @param biases of the outputs that have one
 */
public record PathWeights(
    Object identity, Map<OctavePath, float[]> kernels, Map<Frequency, float[]> biases) {

  /** Returns the kernel of a path that there is. */
  public float[] kernel(OctavePath path) {
    return Objects.requireNonNull(kernels.get(path), path::shortName);
  }

  /** Returns the bias of an output, null where there is none. */
  public float @Nullable [] bias(Frequency output) {
    return biases.get(output);
  }
}
