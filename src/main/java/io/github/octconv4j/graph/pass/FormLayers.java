package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.WindowAxis;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions of images with constant weights become octave convolutions without low values: then
 * there is one kind of layer, dense or not, that {@link FuseSums} and {@link FuseActivations} add
 * to. What is followed by something that such a layer can't take along stays as it is.
 */
public final class FormLayers implements UnaryOperator<Graph> {
  private static final long MOST_WEIGHTS = 1L << 28; // which an array holds

  private final Predicate<TensorData> weights;

  /** Forms all layers that there can be. */
  public FormLayers() {
    this(data -> true);
  }

  /**
   * Forms some layers.
   *
   * @param weights says of constants whether they may be those of a layer
   */
  public FormLayers(Predicate<TensorData> weights) {
    this.weights = weights;
  }

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      Window window = node.op() instanceof Conv conv ? window(graph, node, conv) : null;
      if (window != null && canBeFollowed(graph, node)) {
        List<String> inputs =
            new ArrayList<>(List.of(node.input(0), "", node.input(1), "", "", ""));
        if (!node.input(2).isEmpty()) {
          inputs.add(node.input(2));
        }
        rewriting.replace(
            node, new Node(node.name(), OctaveConv.of(window), inputs, node.outputs()));
      }
    }
    return rewriting.done();
  }

  /** The window with all numbers said; null where it is none of a layer. */
  private @Nullable Window window(Graph graph, Node node, Conv conv) {
    TensorType x = graph.type(node.input(0));
    TensorData data = graph.constant(node.input(1));
    TensorData bias = graph.constant(node.input(2));
    if (!x.isKnown()
        || x.sizes().length != 4
        || data == null
        || data.element() != ElementType.F32
        || data.count() > MOST_WEIGHTS
        || !weights.test(data)
        || (bias == null && !node.input(2).isEmpty())) {
      return null;
    }
    long[] w = data.dims();
    List<WindowAxis> axes =
        conv.window().axes(Arrays.copyOfRange(x.sizes(), 2, 4), Arrays.copyOfRange(w, 2, 4));
    WindowAxis rows = axes.get(0);
    WindowAxis columns = axes.get(1);
    if (rows.stride() != columns.stride()
        || axes.stream().anyMatch(axis -> axis.begin() < 0 || axis.end() < 0)) {
      return null;
    }
    return new Window(
        AutoPad.NOTSET,
        List.of(rows.kernel(), columns.kernel()),
        List.of(rows.stride(), columns.stride()),
        List.of(rows.dilation(), columns.dilation()),
        List.of(rows.begin(), columns.begin(), rows.end(), columns.end()),
        false);
  }

  /** Whether a layer can compute what is behind it as well, as far as others could. */
  private static boolean canBeFollowed(Graph graph, Node node) {
    Node next = Patterns.reader(graph, node.output());
    if (next == null || !isFunction(next)) {
      return true;
    }
    Node after = Patterns.reader(graph, next.output());
    boolean adds = after != null && Summation.is(after);
    return OutputFunction.of(graph, next) != null && !adds;
  }

  private static boolean isFunction(Node node) {
    return node.op() instanceof Unary || node.op() instanceof Clip;
  }
}
