package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.text.Printable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts paths together: sums that read the same high and low values are the outputs of one layer.
 */
final class OctaveFinder {
  /**
   * A sum of two paths.
   *
   * @param node the sum
   * @param first one path
   * @param second the other; of a high output the one that is repeated
   */
  private record Sum(Node node, OctavePath first, OctavePath second) {
    boolean fits() {
      return first.fits(second);
    }

    /** The path that convolves a value; null if there is none. */
    @Nullable OctavePath of(String source) {
      return first.source().equals(source) ? first : second.source().equals(source) ? second : null;
    }

    OctavePath other(OctavePath path) {
      return path.equals(first) ? second : first;
    }
  }

  private static final String MEAN = ", not a convolution of the mean of 2x2";

  private final Graph graph;
  private final Rewriting rewriting;
  private final List<Sum> highs = new ArrayList<>();
  private final List<Sum> plain = new ArrayList<>();
  private final Map<String, String> rejected = new LinkedHashMap<>(); // sum, reason
  private final List<OctaveLayer> layers = new ArrayList<>();
  private final List<List<String>> readers = new ArrayList<>(); // pairs of high and low values
  private final Set<Node> used = Collections.newSetFromMap(new IdentityHashMap<>());

  OctaveFinder(Graph graph) {
    this.graph = graph;
    this.rewriting = new Rewriting(graph);
  }

  RecognizeOctave.Result find() {
    graph.nodes().stream().filter(Summation::ofTwo).forEach(this::classify);
    middle();
    keptLow();
    last();
    first();
    layers.forEach(layer -> layer.replace(rewriting));
    List<String> reasons = new ArrayList<>();
    rejected.forEach(
        (sum, why) -> reasons.add(String.format(Locale.ROOT, "%s: %s", Printable.text(sum), why)));
    Graph result = layers.isEmpty() ? graph : new DropDeadNodes().apply(rewriting.done());
    return new RecognizeOctave.Result(
        result, layers.stream().map(OctaveLayer::toString).toList(), List.copyOf(reasons));
  }

  private void classify(Node node) {
    List<String> why = new ArrayList<>();
    OctavePath a = OctavePath.of(graph, node.input(0), why);
    OctavePath b = OctavePath.of(graph, node.input(1), why);
    if (a == null || b == null || !graph.type(node.input(0)).equals(graph.type(node.input(1)))) {
      for (String input : node.inputs()) {
        Node low = upsampled(graph.producer(input));
        if (low != null) {
          rejected.put(
              node.name(), why.isEmpty() ? "one summand is no convolution" : why.getFirst());
          String other = input.equals(node.input(0)) ? node.input(1) : node.input(0);
          rounded(graph.producer(other), low, graph.producer(input));
        }
      }
      return;
    }
    if (!a.up() && !b.up()) {
      plain.add(new Sum(node, a, b));
    } else if (a.up() != b.up() && !isPartOfThree(node)) {
      Sum sum = a.up() ? new Sum(node, b, a) : new Sum(node, a, b);
      if (sum.fits()) {
        highs.add(sum);
      } else {
        rejected.put(node.name(), "windows or groups of its convolutions differ");
      }
    }
  }

  /** The convolution whose values are resized; null if that is not what the node does. */
  private @Nullable Node upsampled(@Nullable Node node) {
    if (node == null || !(node.op() instanceof Resize)) {
      return null;
    }
    Node before = graph.producer(node.input(0));
    return before != null && before.op() instanceof Conv ? before : null;
  }

  /**
   * Remembers a layer of odd sizes: exporters repeat elements to the size of the other summand,
   * which is not twice the size. It is none itself, but what is before it may be a first one.
   */
  private void rounded(@Nullable Node direct, Node low, @Nullable Node resize) {
    if (direct == null || resize == null || !(direct.op() instanceof Conv)) {
      return;
    }
    TensorType in = graph.type(low.output());
    TensorType out = graph.type(resize.output());
    boolean nearest = ((Resize) resize.op()).mode() == Resize.Mode.NEAREST;
    if (nearest && in.isKnown() && out.isKnown() && in.sizes().length == 4) {
      long[] y = out.sizes();
      if (Arrays.equals(in.sizes(), new long[] {y[0], y[1], y[2] / 2, y[3] / 2})) {
        readers.add(List.of(direct.input(0), low.input(0)));
      }
    }
  }

  /** Whether values of a third resolution are added as well. */
  private boolean isPartOfThree(Node sum) {
    if (!graph.isPrivate(sum.output())) {
      return false;
    }
    Node next = graph.consumers(sum.output()).getFirst();
    if (!Summation.ofTwo(next)) {
      return false;
    }
    String other = next.input(0).equals(sum.output()) ? next.input(1) : next.input(0);
    Node node = graph.producer(other);
    boolean resized = upsampled(node) != null;
    Node before = node != null && node.op() instanceof Conv ? graph.producer(node.input(0)) : null;
    boolean pooled = before != null && before.op() instanceof Pool;
    if (resized || pooled) {
      rejected.put(sum.name(), "three or more resolutions are added");
    }
    return resized || pooled;
  }

  private boolean isUsed(Sum sum) {
    return used.contains(sum.node());
  }

  private void use(Sum sum) {
    used.add(sum.node());
    used.add(sum.first().conv());
    used.add(sum.second().conv());
  }

  /** Both inputs, both outputs. */
  private void middle() {
    for (Sum high : highs) {
      String xHigh = high.first().source();
      String xLow = high.second().source();
      for (Sum low : plain) {
        OctavePath direct = isUsed(low) ? null : low.of(xLow);
        if (direct == null || !low.fits() || !direct.fits(high.first())) {
          continue;
        }
        OctavePath down = low.other(direct);
        if (xHigh.equals(OctavePath.halved(graph, down.source()))) {
          use(high);
          use(low);
          layers.add(
              new OctaveLayer(
                  graph,
                  OctaveLayer.Kind.MIDDLE,
                  List.of(xHigh, xLow),
                  Arrays.asList(high.first(), down, high.second(), direct),
                  Arrays.asList(high.node(), low.node())));
          break;
        }
      }
    }
  }

  /** Both outputs of half the size, low values as they are on the way to the high ones. */
  private void keptLow() {
    for (Sum high : plain) {
      for (OctavePath direct : List.of(high.first(), high.second())) {
        OctavePath cross = high.other(direct);
        String xHigh = OctavePath.halved(graph, direct.source());
        if (xHigh == null || isUsed(high) || !high.fits()) {
          continue;
        }
        for (Sum low : plain) {
          boolean fits =
              !isUsed(low) && !low.equals(high) && low.fits() && low.first().fits(direct);
          for (OctavePath down : List.of(low.first(), low.second())) {
            OctavePath own = low.other(down);
            if (fits
                && !isUsed(high)
                && !isUsed(low)
                && direct.source().equals(OctavePath.halved(graph, down.source()))
                && cross.source().equals(OctavePath.halved(graph, own.source()))) {
              use(high);
              use(low);
              layers.add(
                  new OctaveLayer(
                      graph,
                      OctaveLayer.Kind.KEPT_LOW,
                      List.of(xHigh, cross.source()),
                      Arrays.asList(direct, down, cross, own),
                      Arrays.asList(high.node(), low.node())));
            }
          }
        }
      }
    }
  }

  /** Both inputs, a high output alone, if all that convolves the low values is recognized. */
  private void last() {
    Set<Node> candidates = Collections.newSetFromMap(new IdentityHashMap<>());
    candidates.addAll(used);
    highs.forEach(high -> candidates.add(high.second().conv()));
    for (Sum high : highs) {
      if (isUsed(high)) {
        continue;
      }
      boolean alone =
          graph.consumers(high.second().source()).stream()
              .allMatch(node -> !(node.op() instanceof Conv) || candidates.contains(node));
      if (alone) {
        use(high);
        layers.add(
            new OctaveLayer(
                graph,
                OctaveLayer.Kind.LAST,
                List.of(high.first().source(), high.second().source()),
                Arrays.asList(high.first(), null, high.second(), null),
                Arrays.asList(high.node(), null)));
      } else {
        rejected.put(high.node().name(), notTogether(high.second().source()));
      }
    }
  }

  /** Why what convolves low values elsewhere makes no low output together with high ones. */
  private String notTogether(String low) {
    for (Node conv : graph.consumers(low)) {
      Node sum = conv.op() instanceof Conv ? graph.producer(summed(conv)) : null;
      for (String summand : sum == null ? List.<String>of() : sum.inputs()) {
        Node other = graph.producer(summand);
        if (other != null && !other.equals(conv) && other.op() instanceof Conv path) {
          Node before = graph.producer(other.input(0));
          boolean moves = path.window().strides().stream().anyMatch(stride -> stride != 1);
          if (moves) {
            return "high to low is a convolution that moves by " + path.window().strides() + MEAN;
          }
          if (before != null && before.op() instanceof Pool pool) {
            return String.format(
                Locale.ROOT,
                "high to low is %s of %s that moves by %s%s",
                pool.name(),
                pool.window().kernel(),
                pool.window().strides(),
                MEAN);
          }
        }
      }
    }
    return "its low values are convolved elsewhere, not together with the mean of its high ones";
  }

  /** The sum that reads a convolution's values alone; empty where there is none. */
  private String summed(Node conv) {
    List<Node> readers = graph.consumers(conv.output());
    return readers.size() == 1 && Summation.ofTwo(readers.getFirst())
        ? readers.getFirst().output()
        : "";
  }

  /** A high input alone, whose two outputs another layer reads together. */
  private void first() {
    layers.forEach(layer -> readers.add(layer.inputs()));
    for (List<String> pair : readers) {
      for (Node high : convolutionsBefore(pair.get(0))) {
        for (Node low : convolutionsBefore(pair.get(1))) {
          pair(high, low);
        }
      }
    }
  }

  private void pair(Node high, Node low) {
    if (used.contains(high)
        || used.contains(low)
        || !high.input(0).equals(OctavePath.halved(graph, low.input(0)))) {
      return;
    }
    OctavePath direct = OctavePath.unshared(graph, high);
    OctavePath down = OctavePath.unshared(graph, low);
    if (direct != null && down != null && direct.fits(down)) {
      used.add(high);
      used.add(low);
      layers.add(
          new OctaveLayer(
              graph,
              OctaveLayer.Kind.FIRST,
              List.of(high.input(0), ""),
              Arrays.asList(direct, down, null, null),
              Arrays.asList(high, low)));
    }
  }

  /** Convolutions that a value is computed from, without others or a layer in between. */
  private Set<Node> convolutionsBefore(String value) {
    Set<Node> found = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<String> seen = new HashSet<>();
    ArrayDeque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      String name = open.pop();
      Node node = seen.add(name) ? graph.producer(name) : null;
      if (node != null && node.op() instanceof Conv) {
        found.add(node);
      } else if (node != null && !used.contains(node) && !rejected.containsKey(node.name())) {
        node.inputs().stream().filter(input -> !input.isEmpty()).forEach(open::push);
      }
    }
    return found;
  }
}
