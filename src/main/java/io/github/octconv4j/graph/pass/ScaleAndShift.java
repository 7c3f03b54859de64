package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What batch normalization with trained statistics does to each channel, {@code x * scale + shift}
 * with {@code scale = gamma / sqrt(variance + epsilon)} and {@code shift = beta - mean * scale}, to
 * be folded into weights. Nothing is read before somebody asks for what was folded.
 *
 * @param name what the tensors' names have in common, for messages
 * @param varianceName of the variance's tensor
 * @param tensors gamma, beta, mean, variance
 * @param epsilon what is added to the variance
 */
record ScaleAndShift(String name, String varianceName, List<TensorData> tensors, float epsilon) {
  /** Of a node; null where it is not constant. */
  static @Nullable ScaleAndShift of(Graph graph, Node node, BatchNormalization norm) {
    List<TensorData> tensors = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      TensorData data = graph.constant(node.input(i));
      if (data == null || data.element() != ElementType.F32) {
        return null;
      }
      tensors.add(data);
    }
    String name = node.input(1);
    int dot = name.lastIndexOf('.');
    return new ScaleAndShift(
        dot > 0 ? name.substring(0, dot) : name, node.input(4), tensors, norm.epsilon());
  }

  private int channels() {
    return Math.toIntExact(tensors.getFirst().count());
  }

  /** The factor of each channel. */
  private double[] scale() {
    float[] gamma = tensors.get(0).toFloats();
    float[] variance = tensors.get(3).toFloats();
    double[] scale = new double[channels()];
    for (int c = 0; c < scale.length; c++) {
      if (!(variance[c] + epsilon > 0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor %s must be above -%s, which is its batch norm's epsilon, was %s at index %d",
                Printable.text(varianceName),
                epsilon,
                variance[c],
                c));
      }
      scale[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
    }
    return scale;
  }

  /** Weights of which each row, one for each channel, is scaled. */
  TensorData weights(String tensor, TensorData given) {
    return TensorData.lazy(
        ElementType.F32,
        () -> {
          double[] scale = scale();
          float[] values = given.toFloats();
          int row = values.length / scale.length;
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * scale[i / row]);
          }
          return finite("tensor " + Printable.text(tensor), values);
        },
        given.dims());
  }

  /**
   * A bias that is scaled.
   *
   * @param given null for none
   * @param shifts whether the shift is added
   */
  TensorData bias(@Nullable TensorData given, boolean shifts) {
    return TensorData.lazy(
        ElementType.F32,
        () -> {
          double[] scale = scale();
          float[] beta = tensors.get(1).toFloats();
          float[] mean = tensors.get(2).toFloats();
          float[] before = given == null ? new float[scale.length] : given.toFloats();
          float[] values = new float[scale.length];
          for (int c = 0; c < values.length; c++) {
            double shift = shifts ? beta[c] - mean[c] * scale[c] : 0;
            values[c] = (float) (shift + before[c] * scale[c]);
          }
          return finite("the bias before it", values);
        },
        channels());
  }

  private MemorySegment finite(String what, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the batch norm %s makes of %s what is not finite: %s at index %d",
                Printable.text(name),
                what,
                values[i],
                i));
      }
    }
    return MemorySegment.ofArray(values);
  }
}
