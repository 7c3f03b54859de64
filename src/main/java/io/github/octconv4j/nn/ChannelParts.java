package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Says which feature maps of a network are kept in parts of their channels, each a tensor of its
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
 */
final class ChannelParts {
  private static final int MOST_THREADS = 4; // each part of an output adds up all of the input
  private static final int MANY_WEIGHTS = 2; // for each element of a feature map
  private static final int FEW_INPUTS = 512; // of a part: adding it up takes too long a share
  private static final long CACHE_BYTES = 1 << 20;
  private static final int BLOCK = 64; // outputs that oneDNN's kernels compute at once
  private static final int UNIT = 32; // channels of a part are a multiple of it

  private final NetworkGraph graph;
  private final int threads;
  private final int elementBytes;
  private final Set<FeatureMap> shared;
  private final Set<FeatureMap> gathered = new HashSet<>();
  private final Set<FeatureMap> halved = new HashSet<>();

  /** Looks at a network that will run with so many images and such options. */
  ChannelParts(NetworkGraph graph, int batch, PlanOptions options) {
    this.graph = graph;
    this.threads = options.threads();
    this.elementBytes = options.type().bytes();
    this.shared = batch == 1 && threads > 1 && threads <= MOST_THREADS ? shared() : Set.of();
    shared.stream().filter(this::isGathered).forEach(gathered::add);
    graph.nodes().stream().map(Node::output).filter(this::isHalved).forEach(halved::add);
  }

  /** In how many tensors a map is kept. */
  int of(FeatureMap map) {
    if (shared.contains(map)) {
      return gathered.contains(map) ? 1 : threads;
    }
    return halved.contains(map) ? 2 : 1;
  }

  /** Whether each thread makes one part of a map, even if all are kept as a whole. */
  boolean areShared(FeatureMap map) {
    return shared.contains(map);
  }

  /** Whether a map is shared but kept whole: its readers would add up parts of few channels. */
  private boolean isGathered(FeatureMap map) {
    int channels = map.channels().total() / threads;
    Node maker = graph.maker(map);
    return maker != null
        && maker.layer() instanceof ConvolutionLayer
        && graph.readers(map).stream()
            .allMatch(
                node ->
                    node.layer() instanceof ConvolutionLayer conv
                        && channels * conv.spec().kernelHeight() * conv.spec().kernelWidth()
                            < FEW_INPUTS);
  }

  /** Maps that a sum adds, and the sum, are in parts together or not at all. */
  private Set<FeatureMap> shared() {
    Set<FeatureMap> maps = new HashSet<>();
    graph.nodes().stream().map(Node::output).filter(this::canBeShared).forEach(maps::add);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : graph.nodes()) {
        if (node.layer() instanceof SumLayer) {
          List<FeatureMap> together = new ArrayList<>(node.inputs());
          together.add(node.output());
          changed |= !maps.containsAll(together) && maps.removeAll(together);
        }
      }
    }
    return maps;
  }

  private boolean canBeShared(FeatureMap map) {
    long weights = 0;
    long elements = 0;
    List<Node> around = new ArrayList<>(graph.readers(map));
    if (map == graph.output() || !around.stream().allMatch(ChannelParts::readsParts)) {
      return false;
    }
    Node maker = graph.maker(map);
    if (maker == null || !makesParts(maker)) {
      return false;
    }
    around.add(maker);
    for (Node node : around) {
      if (node.layer() instanceof ConvolutionLayer conv) {
        weights += conv.parameters().stream().mapToLong(Parameter::count).sum();
        elements += node.input().elements() + node.output().elements();
      }
    }
    int whole = UNIT * threads;
    return weights >= MANY_WEIGHTS * elements
        && map.channels().high() % whole == 0
        && map.channels().low() % whole == 0;
  }

  private static boolean makesParts(Node node) {
    return node.layer() instanceof SumLayer || isUngrouped(node);
  }

  private static boolean readsParts(Node node) {
    return makesParts(node) || node.layer() instanceof GlobalAverageLayer;
  }

  private static boolean isUngrouped(Node node) {
    return node.layer() instanceof ConvolutionLayer conv && conv.spec().groups() == 1;
  }

  /** Whether a map is kept as two for the sake of the convolution that alone reads it. */
  private boolean isHalved(FeatureMap map) {
    Node maker = graph.maker(map);
    if (maker == null || map == graph.output() || graph.readers(map).size() != 1) {
      return false;
    }
    Node reader = graph.readers(map).getFirst();
    return isUngrouped(maker)
        && isUngrouped(reader)
        && outgrowsCache(((ConvolutionLayer) reader.layer()).spec())
        && of(maker.input()) == 1;
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
