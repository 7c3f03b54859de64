package io.github.octconv4j.quant;

import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a product as whole numbers, symmetric and with a scale for each output channel,
 * and its bias in the scale of the products.
 *
 * @param axis of the output channels
 * @param weights of I8
 * @param scales of F32, one for each output channel
 * @param source distance of the steps of what it reads
 * @param bias of I32; null where there is none
 * @param biasScales of F32; null where there is no bias
 */
record WholeWeights(
    int axis,
    TensorData weights,
    TensorData scales,
    float source,
    @Nullable TensorData bias,
    @Nullable TensorData biasScales) {
  /**
   * Of a product of floats.
   *
   * @param source distance of the steps of what it reads
   * @param bound the largest weight, 127 or less
   */
  static WholeWeights of(Graph graph, Node node, float source, int bound) {
    TensorData given = Objects.requireNonNull(graph.constant(node.input(1)));
    float[] values = given.toFloats();
    long[] dims = given.dims();
    int axis = axis(node);
    int channels = Math.toIntExact(dims[axis]);
    int inner = inner(dims, axis);
    float[] scales = scales(values, channels, inner, bound);
    byte[] whole = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      float scale = scales[i / inner % channels];
      whole[i] = (byte) Math.clamp(Math.rint(values[i] / scale), -bound, (double) bound);
    }
    TensorData weights = TensorData.of(ElementType.I8, MemorySegment.ofArray(whole), dims);
    return new WholeWeights(axis, weights, TensorData.of(scales, channels), source, null, null)
        .withSource(graph, node, source);
  }

  /** The same weights where what is read has other steps. */
  WholeWeights withSource(Graph graph, Node node, float other) {
    TensorData floats = graph.constant(node.input(2));
    if (floats == null) {
      return new WholeWeights(axis, weights, scales, other, null, null);
    }
    float[] steps = scales.toFloats();
    int[] sums = new int[steps.length];
    for (int i = 0; i < sums.length; i++) {
      steps[i] *= other;
      double value = floats.doubleAt(floats.count() == 1 ? 0 : i);
      sums[i] = (int) Math.clamp(Math.rint(value / steps[i]), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return new WholeWeights(
        axis,
        weights,
        scales,
        other,
        TensorData.of(ElementType.I32, MemorySegment.ofArray(sums), sums.length),
        TensorData.of(steps, steps.length));
  }

  private static int axis(Node node) {
    return switch (node.op()) {
      case MatMul _ -> 1;
      case Gemm gemm -> gemm.transposeB() ? 0 : 1;
      default -> 0;
    };
  }

  /** How far elements of the same place in neighbouring channels are apart. */
  private static int inner(long[] dims, int axis) {
    long inner = 1;
    for (int d = axis + 1; d < dims.length; d++) {
      inner *= dims[d];
    }
    return Math.toIntExact(inner);
  }

  private static float[] scales(float[] values, int channels, int inner, int bound) {
    float[] scales = new float[channels];
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % channels;
      scales[channel] = Math.max(scales[channel], Math.abs(values[i]) / bound);
    }
    for (int i = 0; i < channels; i++) {
      scales[i] = scales[i] < Float.MIN_NORMAL ? 1 : scales[i];
    }
    return scales;
  }
}
