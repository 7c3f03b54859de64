package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Col2Im;
import io.github.octconv4j.graph.DeformConv;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GridSample;
import io.github.octconv4j.graph.GroupNormalization;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.ScatterElements;
import io.github.octconv4j.graph.ScatterND;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A node as an operator set has it. Operations mean what they do in set 22; most are the same in
 * set 17, which more readers know, and some have another form there.
 *
 * @param since the first set that has the operation in a form that can be written
 * @param inputs names of the inputs
 * @param attributes the attributes by name
 */
record NodeForm(int since, List<String> inputs, Map<String, Object> attributes) {
  static final int OLDEST = 17;

  private static final int REDUCED_BY_INPUT = 18;
  private static final int SAMPLED_ANYWHERE = 20; // before that images alone

  NodeForm {
    inputs = List.copyOf(inputs);
  }

  /**
   * The form of a node.
   *
   * @param opset the set that the file is for
   */
  static NodeForm of(Graph graph, Node node, int opset) {
    Map<String, Object> attributes = new LinkedHashMap<>(node.op().attributes());
    return switch (node.op()) {
      case Reduce op -> reduce(graph, node, op, attributes, opset);
      case Resize op -> {
        attributes.remove("antialias", 0L);
        attributes.remove("keep_aspect_ratio_policy", "stretch");
        boolean newer = attributes.containsKey("antialias") || attributes.containsKey("axes");
        newer |= attributes.containsKey("keep_aspect_ratio_policy");
        boolean newest = op.coordinates() == Resize.Coordinates.HALF_PIXEL_SYMMETRIC;
        yield new NodeForm(newest ? 19 : newer ? 18 : OLDEST, node.inputs(), attributes);
      }
      case Pool op -> pool(node, op, attributes);
      case Split _ -> {
        if (opset >= 18 && node.input(1).isEmpty()) {
          attributes.put("num_outputs", (long) node.outputs().size());
        }
        yield new NodeForm(OLDEST, node.inputs(), attributes);
      }
      case Pad _ -> new NodeForm(node.input(3).isEmpty() ? OLDEST : 18, node.inputs(), attributes);
      case ScatterND _, ScatterElements _ -> {
        Object reduction = attributes.getOrDefault("reduction", "none");
        boolean newer = reduction.equals("max") || reduction.equals("min");
        yield new NodeForm(newer ? 18 : OLDEST, node.inputs(), attributes);
      }
      case DeformConv _ -> new NodeForm(19, node.inputs(), attributes);
      case Col2Im _ -> new NodeForm(18, node.inputs(), attributes);
      case GridSample op -> {
        List<Dim> dims = graph.type(node.input(0)).dims();
        int since = dims != null && dims.size() == 4 ? OLDEST : SAMPLED_ANYWHERE;
        if (Math.max(since, opset) < SAMPLED_ANYWHERE && op.mode() != GridSample.Mode.NEAREST) {
          attributes.merge("mode", "bi", (mode, prefix) -> prefix + (String) mode);
        }
        yield new NodeForm(since, node.inputs(), attributes);
      }
      case GroupNormalization op ->
          new NodeForm(op.groups() == 0 ? OLDEST : 21, node.inputs(), attributes);
      case QuantizeLinear op -> {
        boolean named = op.to() != ElementType.U8 && node.input(2).isEmpty();
        if (!named) {
          attributes.remove("output_dtype");
        }
        yield quantized(graph, node, attributes, named);
      }
      case DequantizeLinear _ -> quantized(graph, node, attributes, false);
      case Unary op ->
          switch (op.function()) {
            case GELU, GELU_TANH -> new NodeForm(20, node.inputs(), attributes);
            case MISH -> new NodeForm(18, node.inputs(), attributes);
            default -> new NodeForm(OLDEST, node.inputs(), attributes);
          };
      case Quantized _ ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "node %s is %s, which ONNX has no operator for; write the graph as it was before it was compiled",
                  Printable.text(node.name()),
                  node.op()));
      default -> new NodeForm(OLDEST, node.inputs(), attributes);
    };
  }

  /** Axes were an attribute before set 18, of sums before 13. */
  private static NodeForm reduce(
      Graph graph, Node node, Reduce op, Map<String, Object> attributes, int opset) {
    if (op.reduction() == Reduction.SUM) {
      return new NodeForm(OLDEST, node.inputs(), attributes);
    }
    boolean truths = graph.type(node.input(0)).element() == ElementType.BOOL;
    TensorData axes = graph.constant(node.input(1));
    boolean known = (axes != null && axes.count() > 0) || node.input(1).isEmpty();
    boolean all = node.input(1).isEmpty() && Long.valueOf(1).equals(attributes.get(NOOP));
    int since = truths ? 20 : known && !all ? OLDEST : REDUCED_BY_INPUT;
    if (Math.max(since, opset) >= REDUCED_BY_INPUT) {
      return new NodeForm(since, node.inputs(), attributes);
    }
    attributes.remove(NOOP);
    if (axes != null) {
      attributes.put("axes", Arrays.stream(axes.toLongs()).boxed().toList());
    }
    return new NodeForm(since, List.of(node.input(0)), attributes);
  }

  private static final String NOOP = "noop_with_empty_axes";

  private static NodeForm pool(Node node, Pool op, Map<String, Object> attributes) {
    if (op.kind() == PoolKind.MAX) {
      return new NodeForm(OLDEST, node.inputs(), attributes);
    }
    boolean dilated = op.window().dilations().stream().anyMatch(dilation -> dilation != 1);
    if (!dilated) {
      attributes.remove("dilations");
    }
    boolean newer = dilated || (op.kind() == PoolKind.LP && op.window().ceil());
    return new NodeForm(newer ? 19 : OLDEST, node.inputs(), attributes);
  }

  private static NodeForm quantized(
      Graph graph, Node node, Map<String, Object> attributes, boolean named) {
    attributes.remove("block_size", 0L);
    boolean newer = named || attributes.containsKey("block_size");
    for (String value : List.of(node.input(0), node.input(1), node.input(2), node.output())) {
      if (!value.isEmpty()) {
        ElementType element = graph.type(value).element();
        newer |= element == ElementType.I16 || element == ElementType.U16;
        newer |= element == ElementType.F16 || element == ElementType.BF16;
      }
    }
    return new NodeForm(newer ? 21 : OLDEST, node.inputs(), attributes);
  }
}
