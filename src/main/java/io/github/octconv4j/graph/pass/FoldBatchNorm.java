package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Batch normalization becomes part of the convolution before it, also where the sum of several
 * convolutions is normalized: each one's weights are scaled, and one of them gets the shift.
 * Nearest upsampling may stand between a convolution and the sum.
 */
public final class FoldBatchNorm implements UnaryOperator<Graph> {
  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof BatchNormalization norm && !norm.training()) {
        fold(rewriting, node, norm);
      }
    }
    return rewriting.done();
  }

  private static void fold(Rewriting rewriting, Node node, BatchNormalization norm) {
    Graph graph = rewriting.graph;
    double[][] p = new double[4][]; // scale, bias, mean, variance
    for (int i = 0; i < 4; i++) {
      TensorData data = graph.constant(node.input(i + 1));
      if (data == null) {
        return;
      }
      p[i] = data.toDoubles();
    }
    List<Node> convolutions = new ArrayList<>();
    if (!collect(rewriting, node.input(0), convolutions)) {
      return;
    }
    int channels = p[0].length;
    double[] scale = new double[channels];
    double[] shift = new double[channels];
    for (int c = 0; c < channels; c++) {
      scale[c] = p[0][c] / Math.sqrt(p[3][c] + norm.epsilon());
      shift[c] = p[1][c] - p[2][c] * scale[c];
    }
    for (Node convolution : convolutions) {
      rewriting.replace(convolution, scaled(rewriting, convolution, scale, shift));
      shift = new double[channels]; // the first one has it
    }
    rewriting.remove(node);
    keepName(rewriting, node);
  }

  /** What made the sum makes the norm's output now. */
  private static void keepName(Rewriting rewriting, Node node) {
    Graph graph = rewriting.graph;
    Node producer = Objects.requireNonNull(graph.producer(node.input(0)));
    Node now = rewriting.current(producer);
    rewriting.replace(
        producer, new Node(now.name(), now.op(), now.inputs(), List.of(node.output())));
  }

  /** The convolutions whose sum a value is; false if it is none, or somebody else reads a part. */
  private static boolean collect(Rewriting rewriting, String value, List<Node> convolutions) {
    Graph graph = rewriting.graph;
    Node node = graph.producer(value);
    if (node == null || rewriting.isChanged(node) || !graph.isPrivate(value)) {
      return false;
    }
    if (node.op() instanceof Binary binary
        && (binary.function() == BinaryFunction.ADD || binary.function() == BinaryFunction.SUM)) {
      TensorType type = graph.type(value);
      return node.inputs().stream()
          .allMatch(
              input ->
                  type.isKnown()
                      && graph.type(input).equals(type)
                      && collect(rewriting, input, convolutions));
    }
    if (node.op() instanceof Resize resize && resize.mode() == Resize.Mode.NEAREST) {
      return resize.coordinates() != Resize.Coordinates.TF_CROP_AND_RESIZE
          && keepsChannels(graph, node)
          && collect(rewriting, node.input(0), convolutions);
    }
    boolean known =
        node.op() instanceof Conv
            && graph.constant(node.input(1)) != null
            && (node.input(2).isEmpty() || graph.constant(node.input(2)) != null);
    if (known) {
      convolutions.add(node);
    }
    return known;
  }

  private static boolean keepsChannels(Graph graph, Node node) {
    TensorType in = graph.type(node.input(0));
    TensorType out = graph.type(node.output());
    return in.isKnown() && out.isKnown() && in.sizes()[1] == out.sizes()[1];
  }

  private static Node scaled(Rewriting rewriting, Node node, double[] scale, double[] shift) {
    TensorData w = Objects.requireNonNull(rewriting.graph.constant(node.input(1)));
    TensorData bias = rewriting.graph.constant(node.input(2));
    float[] weights = w.toFloats();
    int size = weights.length / scale.length;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (weights[i] * scale[i / size]);
    }
    float[] biases = new float[scale.length];
    boolean needed = bias != null;
    for (int c = 0; c < biases.length; c++) {
      biases[c] = (float) (shift[c] + (bias == null ? 0 : bias.doubleAt(c) * scale[c]));
      needed |= shift[c] != 0;
    }
    List<String> inputs = new ArrayList<>(List.of(node.input(0)));
    inputs.add(rewriting.constant(node.input(1), TensorData.of(weights, w.dims())));
    if (needed) {
      inputs.add(rewriting.constant(node.name() + ".bias", TensorData.of(biases, biases.length)));
    }
    return new Node(node.name(), node.op(), inputs, node.outputs());
  }
}
