package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalization becomes part of the convolution before it, also where the sum of several
 * convolutions is normalized: each one's weights are scaled, and one of them gets the shift.
 * Nearest upsampling may stand between a convolution and the sum. Each output of an octave
 * convolution may have a normalization of its own. Weights are scaled when somebody asks for them.
 *
 * <p>What was made of the same tensors once is given again, see {@link MadeConstants}. Thread-safe.
 */
public final class FoldBatchNorm implements UnaryOperator<Graph> {
  private static final int WEIGHTS = 1; // inputs of a Conv
  private static final int BIAS = 2;
  private static final int[][] OCTAVE_WEIGHTS = {{2, 4}, {3, 5}}; // of an OctaveConv's outputs
  private static final int[] OCTAVE_BIAS = {6, 7};

  private final MadeConstants made;

  /** A pass that keeps what it makes for itself. */
  public FoldBatchNorm() {
    this(new MadeConstants());
  }

  /** A pass that keeps what it makes with others. */
  public FoldBatchNorm(MadeConstants made) {
    this.made = made;
  }

  @Override
  public Graph apply(Graph graph) {
    Rewriting rewriting = new Rewriting(graph);
    for (Node node : graph.nodes()) {
      if (node.op() instanceof BatchNormalization norm && !norm.training()) {
        ScaleAndShift scale = ScaleAndShift.of(graph, node, norm);
        Node producer = graph.producer(node.input(0));
        if (scale != null && producer != null) {
          if (producer.op() instanceof OctaveConv) {
            foldOctave(rewriting, node, producer, scale);
          } else {
            fold(rewriting, node, scale);
          }
        }
      }
    }
    return rewriting.done();
  }

  private void foldOctave(Rewriting rewriting, Node norm, Node producer, ScaleAndShift scale) {
    Graph graph = rewriting.graph;
    Node now = rewriting.current(producer);
    boolean fits =
        now.op() instanceof OctaveConv op
            && op.function() == OutputFunction.NONE
            && now.inputs().size() <= OctaveConv.SUMMANDS
            && graph.isPrivate(norm.input(0));
    int index = producer.outputs().indexOf(norm.input(0));
    for (int input : OCTAVE_WEIGHTS[index]) {
      fits &= now.input(input).isEmpty() || isConstant(graph, now.input(input));
    }
    String bias = now.input(OCTAVE_BIAS[index]);
    if (!fits || !(bias.isEmpty() || isConstant(graph, bias))) {
      return;
    }
    List<String> inputs = new ArrayList<>(now.inputs());
    while (inputs.size() < OctaveConv.SUMMANDS) {
      inputs.add("");
    }
    for (int input : OCTAVE_WEIGHTS[index]) {
      if (!inputs.get(input).isEmpty()) {
        inputs.set(input, scaled(rewriting, inputs.get(input), scale));
      }
    }
    inputs.set(OCTAVE_BIAS[index], shifted(rewriting, norm, bias, scale, true));
    List<String> outputs = new ArrayList<>(now.outputs());
    outputs.set(index, norm.output());
    rewriting.replace(producer, new Node(now.name(), now.op(), inputs, outputs));
    rewriting.remove(norm);
  }

  private void fold(Rewriting rewriting, Node node, ScaleAndShift scale) {
    List<Node> convolutions = new ArrayList<>();
    if (!collect(rewriting, node.input(0), convolutions)) {
      return;
    }
    boolean shifts = true; // the first one has the shift
    for (Node convolution : convolutions) {
      List<String> inputs = new ArrayList<>(List.of(convolution.input(0)));
      inputs.add(scaled(rewriting, convolution.input(WEIGHTS), scale));
      String bias = convolution.input(BIAS);
      if (shifts || !bias.isEmpty()) {
        inputs.add(shifted(rewriting, convolution, bias, scale, shifts));
      }
      shifts = false;
      rewriting.replace(
          convolution,
          new Node(convolution.name(), convolution.op(), inputs, convolution.outputs()));
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
    if (Summation.is(node)) {
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
            && isConstant(graph, node.input(WEIGHTS))
            && (node.input(BIAS).isEmpty() || isConstant(graph, node.input(BIAS)));
    if (known) {
      convolutions.add(node);
    }
    return known;
  }

  private static boolean isConstant(Graph graph, String value) {
    TensorData data = graph.constant(value);
    return data != null && data.element() == ElementType.F32;
  }

  private static boolean keepsChannels(Graph graph, Node node) {
    TensorType in = graph.type(node.input(0));
    TensorType out = graph.type(node.output());
    return in.isKnown() && out.isKnown() && in.sizes()[1] == out.sizes()[1];
  }

  private String scaled(Rewriting rewriting, String weights, ScaleAndShift scale) {
    TensorData given = Objects.requireNonNull(rewriting.constants.get(weights));
    return rewriting.constant(
        weights, made.of(key(scale, given, "weights"), () -> scale.weights(weights, given)));
  }

  private String shifted(
      Rewriting rewriting, Node node, String bias, ScaleAndShift scale, boolean shifts) {
    @Nullable TensorData given = rewriting.constants.get(bias);
    List<Object> key = key(scale, given == null ? "" : given, shifts);
    return rewriting.constant(node.name() + ".bias", made.of(key, () -> scale.bias(given, shifts)));
  }

  /** What is folded: tensors are equal to themselves alone. */
  private static List<Object> key(ScaleAndShift scale, Object given, Object how) {
    return List.of(scale.tensors(), scale.epsilon(), given, how);
  }
}
