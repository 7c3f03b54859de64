package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The weights of a graph's layers, read as plans are built. Where several plans are tried they are
 * remembered meanwhile, unless the heap is short: then the next plan reads them once more.
 */
final class LayerWeights {
  private final Graph graph;
  private final boolean kept;
  private final IdentityHashMap<Layer, SoftReference<Entry>> read = new IdentityHashMap<>();

  /**
   * The weights of a layer.
   *
   * @param identity what they are: equal ones mean equal values
   */
  record Entry(Object identity, OctaveWeights weights) {}

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
  Entry of(Layer layer) {
    SoftReference<Entry> known = read.get(layer);
    Entry entry = known == null ? null : known.get();
    if (entry == null) {
      entry = read(layer);
      if (kept) {
        read.put(layer, new SoftReference<>(entry));
      }
    }
    return entry;
  }

  private Entry read(Layer layer) {
    List<Object> identity = new ArrayList<>();
    OctaveWeights.Builder weights = OctaveWeights.of(layer.spec());
    for (OctavePath path : layer.spec().paths()) {
      String value = layer.weights(path);
      identity.add(data(value));
      kernel(weights, path, value);
    }
    for (Frequency frequency : Frequency.values()) {
      String value = layer.node().input(frequency == Frequency.HIGH ? 6 : 7);
      if (!value.isEmpty() && layer.spec().out().of(frequency) > 0) {
        float[] bias = finite(value);
        identity.add(new Values(bias));
        weights.bias(frequency, bias);
      }
    }
    Object key = List.of(layer.spec(), List.copyOf(identity));
    return new Entry(key, weights.build().identifiedBy(key));
  }

  /** Floats are copied once: the heap may keep what is garbage for long. */
  private void kernel(OctaveWeights.Builder weights, OctavePath path, String value) {
    TensorData data = data(value);
    if (data.element() != ElementType.F32) {
      weights.kernel(path, finite(value));
      return;
    }
    MemorySegment elements = data.segment();
    for (long at = 0; at < elements.byteSize(); at += Float.BYTES) {
      require(value, elements.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at), at / Float.BYTES);
    }
    weights.kernel(path, elements);
  }

  private TensorData data(String value) {
    return Objects.requireNonNull(graph.constant(value), value);
  }

  private float[] finite(String value) {
    float[] values = data(value).toFloats();
    for (int i = 0; i < values.length; i++) {
      require(value, values[i], i);
    }
    return values;
  }

  private static void require(String value, float element, long index) {
    if (!Float.isFinite(element)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s must be finite, was %s at index %d",
              Printable.text(value),
              String.valueOf(element),
              index));
    }
  }
}
