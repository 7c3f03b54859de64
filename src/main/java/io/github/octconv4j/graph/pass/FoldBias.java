package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A constant for each channel that is added to a convolution becomes part of its bias: some
 * exporters write biases so.
 */
public final class FoldBias implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      for (int i = 0; Summation.ofTwo(node) && i < 2; i++) {
        Node convolution = convolution(rewriting, node.input(i));
        TensorData shift = convolution == null ? null : graph.constant(node.input(1 - i));
        if (convolution != null && shift != null && fits(graph, convolution, shift)) {
          fold(rewriting, node, convolution, shift);
          break;
        }
      }
    }
    return rewriting.done();
  }

  private static @Nullable Node convolution(Rewriting rewriting, String value) {
    Node node = rewriting.graph.producer(value);
    boolean fits =
        node != null
            && node.op() instanceof Conv
            && !rewriting.isChanged(node)
            && rewriting.graph.isPrivate(value);
    return fits ? node : null;
  }

  /** Whether there is one number for each channel, or for all images and pixels of it. */
  private static boolean fits(Graph graph, Node convolution, TensorData shift) {
    TensorData weights = graph.constant(convolution.input(1));
    TensorData bias = graph.constant(convolution.input(2));
    boolean known = bias != null || convolution.input(2).isEmpty();
    if (weights == null || !known || shift.element() != ElementType.F32) {
      return false;
    }
    long[] w = weights.dims();
    long[] dims = shift.dims();
    int channels = dims.length - (w.length - 1);
    boolean fits = channels >= 0 && dims.length <= w.length && shift.count() == w[0];
    return fits && dims[channels] == w[0];
  }

  private static void fold(Rewriting rewriting, Node sum, Node convolution, TensorData shift) {
    TensorData bias = rewriting.graph.constant(convolution.input(2));
    int channels = Math.toIntExact(shift.count());
    TensorData added =
        TensorData.lazy(
            ElementType.F32,
            () -> {
              float[] values = shift.toFloats();
              for (int c = 0; bias != null && c < channels; c++) {
                values[c] += (float) bias.doubleAt(c);
              }
              return MemorySegment.ofArray(values);
            },
            channels);
    String name = rewriting.constant(convolution.name() + ".bias", added);
    rewriting.remove(sum);
    rewriting.replace(
        convolution,
        new Node(
            convolution.name(),
            convolution.op(),
            List.of(convolution.input(0), convolution.input(1), name),
            List.of(sum.output())));
  }
}
