package io.github.octconv4j.compile;

import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.octave.OctaveConv2d;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says of which layers the output is made, and kept, in parts of its channels, each a tensor of its
 * own. There are two reasons:
 *
 * <ul>
 *   <li>Of several threads each makes one part where layers have more weights than feature maps, as
 *       towards the end of a network. Each then reads its share of the weights, where threads that
 *       share rows would all read all of them; and 7 rows can't be shared evenly.
 *   <li>A kernel larger than 1x1 over many channels has more weights for a block of outputs than
 *       the second-level cache holds, and small images read them again for each row; of half the
 *       channels they stay there. On one core with 1 MB of it, 3x3 of 512 channels at 7x7 took 1357
 *       us, two of 256 input channels 960 us.
 * </ul>
 *
 * <p>Only other layers and means over the whole image read parts; a value that leaves is whole.
 */
final class Placement {
  private static final int MOST_THREADS = 4; // each part of an output adds up all of the input
  private static final int MANY_WEIGHTS = 2; // for each element of a feature map
  private static final int FEW_INPUTS = 512; // of a part: adding it up takes too long a share
  private static final long CACHE_BYTES = 1 << 20;
  private static final int BLOCK = 64; // outputs that oneDNN's kernels compute at once
  private static final int UNIT = 32; // channels of a part are a multiple of it

  private final Graph graph;
  private final IdentityHashMap<Node, Layer> layers;
  private final int threads;
  private final int elementBytes;
  private final Map<String, Layer> makers = new HashMap<>();
  private final Set<Layer> shared = new HashSet<>();
  private final Set<Layer> gathered = new HashSet<>();
  private final Set<Layer> halved = new HashSet<>();

  /**
   * Decides for a graph whose sizes are known.
   *
   * @param layers its octave convolutions by their nodes
   * @param threads that share work in a way of our own, 1 for none
   * @param elementBytes of a value
   */
  Placement(Graph graph, IdentityHashMap<Node, Layer> layers, int threads, int elementBytes) {
    this.graph = graph;
    this.layers = layers;
    this.threads = threads;
    this.elementBytes = elementBytes;
    List<Layer> all = graph.nodes().stream().map(layers::get).filter(l -> l != null).toList();
    all.forEach(layer -> present(layer.outputs()).forEach(value -> makers.put(value, layer)));
    if (threads > 1 && threads <= MOST_THREADS) {
      all.stream().filter(layer -> layer.input().batch() == 1).forEach(this::share);
      keepTogether();
      shared.stream().filter(this::isGathered).forEach(gathered::add);
    }
    all.stream().filter(this::isHalved).forEach(halved::add);
  }

  /** In how many tensors a layer's output is kept. */
  int parts(Layer layer) {
    if (shared.contains(layer)) {
      return gathered.contains(layer) ? 1 : threads;
    }
    return halved.contains(layer) ? 2 : 1;
  }

  /** Whether each thread makes one part of a layer's output, even if all are kept as a whole. */
  boolean isShared(Layer layer) {
    return shared.contains(layer);
  }

  private static Stream<String> present(List<String> values) {
    return values.stream().filter(value -> !value.isEmpty());
  }

  private List<Node> readers(Layer layer) {
    List<Node> readers = new ArrayList<>();
    present(layer.outputs())
        .flatMap(value -> graph.consumers(value).stream())
        .filter(node -> !readers.contains(node))
        .forEach(readers::add);
    return readers;
  }

  private boolean leaves(Layer layer) {
    return present(layer.outputs()).anyMatch(graph.outputs()::contains);
  }

  private static boolean isUngrouped(Layer layer) {
    return layer.spec().groups().isDense();
  }

  /** The layer that convolves exactly what another one gives; null where a node does not. */
  private @Nullable Layer convolving(Node node, Layer layer) {
    Layer reader = layers.get(node);
    return reader != null && reader.inputs().equals(layer.outputs()) ? reader : null;
  }

  /** Whether a node reads parts of what a layer gives as well as the whole. */
  private boolean readsParts(Node node, Layer layer) {
    if (node.op() instanceof GlobalPool pool) {
      return pool.kind() == PoolKind.AVERAGE;
    }
    Layer reader = layers.get(node);
    if (reader == null || !isUngrouped(reader)) {
      return false;
    }
    boolean convolves = reader.inputs().equals(layer.outputs());
    boolean adds = reader.summands().equals(layer.outputs());
    boolean other =
        Stream.concat(
                convolves ? Stream.empty() : reader.inputs().stream(),
                adds ? Stream.empty() : reader.summands().stream())
            .anyMatch(value -> !value.isEmpty() && layer.outputs().contains(value));
    return !other && (convolves || adds);
  }

  private void share(Layer layer) {
    int whole = UNIT * threads;
    if (leaves(layer)
        || !isUngrouped(layer)
        || layer.spec().out().high() % whole != 0
        || layer.spec().out().low() % whole != 0) {
      return;
    }
    List<Node> readers = readers(layer);
    if (!readers.stream().allMatch(node -> readsParts(node, layer))) {
      return;
    }
    long weights = 0;
    long elements = 0;
    for (Node node : readers) {
      Layer reader = convolving(node, layer);
      if (reader != null) {
        weights += reader.weightCount();
        elements += reader.elements();
      }
    }
    // What a layer makes before something is added counts for itself, the sum with who reads it.
    boolean own = layer.weightCount() >= MANY_WEIGHTS * layer.elements();
    boolean pays =
        layer.isSum()
            ? own && weights >= MANY_WEIGHTS * elements
            : weights + layer.weightCount() >= MANY_WEIGHTS * (elements + layer.elements());
    if (pays) {
      shared.add(layer);
    }
  }

  /** What is added up is in parts together or not at all. */
  private void keepTogether() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Layer layer : layers.values()) {
        if (layer.isSum()) {
          String first = present(layer.summands()).findFirst().orElseThrow();
          Layer other = makers.get(first);
          boolean both =
              shared.contains(layer)
                  && other != null
                  && other.outputs().equals(layer.summands())
                  && shared.contains(other);
          if (!both) {
            changed |= shared.remove(layer);
            changed |= other != null && shared.remove(other);
          }
        }
      }
    }
  }

  /** Whether a map is shared but kept whole: its readers would add up parts of few channels. */
  private boolean isGathered(Layer layer) {
    int channels = layer.spec().out().total() / threads;
    return !layer.isSum()
        && readers(layer).stream()
            .allMatch(
                node -> {
                  Layer reader = convolving(node, layer);
                  return reader != null
                      && !reader.summands().equals(layer.outputs())
                      && channels * reader.spec().kernelHeight() * reader.spec().kernelWidth()
                          < FEW_INPUTS;
                });
  }

  /** Whether a map is kept as two for the sake of the convolution that alone reads it. */
  private boolean isHalved(Layer layer) {
    List<Node> readers = readers(layer);
    if (leaves(layer) || layer.isSum() || readers.size() != 1 || shared.contains(layer)) {
      return false;
    }
    Layer reader = convolving(readers.getFirst(), layer);
    return reader != null
        && !reader.summands().equals(layer.outputs())
        && isUngrouped(layer)
        && isUngrouped(reader)
        && outgrowsCache(reader.spec())
        && partsOfInput(layer) == 1;
  }

  /** In how many tensors a layer's input is kept. */
  int partsOfInput(Layer layer) {
    return parts(present(layer.inputs()).findFirst().orElseThrow());
  }

  /** In how many tensors a value is kept. */
  int parts(String value) {
    Layer maker = makers.get(value);
    return maker == null ? 1 : parts(maker);
  }

  private boolean outgrowsCache(OctaveConv2d spec) {
    int in = spec.in().high();
    int window = spec.kernelHeight() * spec.kernelWidth();
    return spec.in().low() == 0
        && spec.out().low() == 0
        && window > 1
        && in % (2 * UNIT) == 0
        && (long) in * window * BLOCK * elementBytes > CACHE_BYTES;
  }
}
