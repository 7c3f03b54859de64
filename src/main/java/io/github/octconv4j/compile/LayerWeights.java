package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.NonFinite;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.plan.PathWeights;
import io.github.octconv4j.text.Printable;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The weights of a graph's layers, read as plans are built. Where several plans are tried they are
 * remembered meanwhile, unless the heap is short: then the next plan reads them once more.
 */
final class LayerWeights {
  private final Graph graph;
  private final boolean kept;
  private final IdentityHashMap<Layer, SoftReference<PathWeights>> read = new IdentityHashMap<>();

  /** A bias, equal to others of the same values. */
  private static final class Values {
    private final float[] values;

    Values(float[] values) {
      this.values = values;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Values o && Arrays.equals(values, o.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }
  }

  /**
   * Of the constants of a graph.
   *
   * @param kept whether several plans will be built, so that it pays to remember them
   */
  LayerWeights(Graph graph, boolean kept) {
    this.graph = graph;
    this.kept = kept;
  }

  /**
   * Reads the weights of a layer.
   *
   * @throws IllegalArgumentException if one is not finite; the message names the tensor
   */
  PathWeights of(Layer layer) {
    SoftReference<PathWeights> known = read.get(layer);
    PathWeights entry = known == null ? null : known.get();
    if (entry == null) {
      entry = read(layer);
      if (kept) {
        read.put(layer, new SoftReference<>(entry));
      }
    }
    return entry;
  }

  private PathWeights read(Layer layer) {
    List<Object> identity = new ArrayList<>();
    Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
    Map<Frequency, float[]> biases = new EnumMap<>(Frequency.class);
    for (OctavePath path : layer.spec().paths()) {
      String value = layer.weights(path);
      identity.add(data(value));
      kernels.put(path, finite(value));
    }
    for (Frequency frequency : Frequency.values()) {
      String value = layer.node().input(frequency == Frequency.HIGH ? 6 : 7);
      if (!value.isEmpty() && layer.spec().out().of(frequency) > 0) {
        float[] bias = finite(value);
        identity.add(new Values(bias));
        biases.put(frequency, bias);
      }
    }
    return new PathWeights(List.of(layer.spec(), List.copyOf(identity)), kernels, biases);
  }

  private TensorData data(String value) {
    return Objects.requireNonNull(graph.constant(value), value);
  }

  private float[] finite(String value) {
    float[] values = data(value).toFloats();
    NonFinite.firstIn(values)
        .ifPresent(
            found -> {
              throw new IllegalArgumentException(
                  String.format(
                      Locale.ROOT,
                      "tensor %s must be finite, was %s",
                      Printable.text(value),
                      found));
            });
    return values;
  }
}
