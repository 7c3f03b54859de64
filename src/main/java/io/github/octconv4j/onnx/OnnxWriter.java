package io.github.octconv4j.onnx;

import io.github.octconv4j.files.AtomicFile;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes graphs as ONNX files, which {@link OnnxModel} and every other reader of ONNX can read: of
 * operator set 17 where that has all operations, else of the first one that has.
 *
 * <p>Octave convolutions become what exporters write of them (means, convolutions, nearest
 * upsampling and sums), in the form that is recognised when the file is read; nodes that share a
 * name get different ones. Images of odd sizes need sizes that are known then, all but the first
 * dimension. {@code x * sigmoid(x)} is written as that.
 *
 * @since 0.1.0
 */
public final class OnnxWriter {
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  private final Graph graph;
  private final Map<String, TensorData> constants;
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>(); // of values
  private final Set<String> nodeNames = new HashSet<>();

  private OnnxWriter(Graph graph) {
    this.graph = ExpandOctave.inOpenBatch(graph);
    this.constants = new LinkedHashMap<>(this.graph.constants());
    this.graph.inputs().forEach(input -> names.add(input.name()));
    names.addAll(constants.keySet());
    this.graph.nodes().forEach(node -> names.addAll(node.outputs()));
    this.graph.nodes().forEach(this::add);
  }

  /**
   * Writes a graph to a file, of which there is all or nothing. Constants are read as they are
   * written, one at a time.
   *
   * @param graph the graph
   * @param path the file, which is replaced
   * @throws IOException if the file can't be written
   * @throws IllegalArgumentException if the graph has a type that ONNX has not got, or would be
   *     larger than the 2 GB that one file can have
   */
  public static void write(Graph graph, Path path) throws IOException {
    write(graph, Map.of(), path);
  }

  /**
   * Writes a graph to a file as {@link #write(Graph, Path)} does, with what {@link
   * OnnxModel#metadata} gives.
   *
   * @param metadata texts by key
   */
  public static void write(Graph graph, Map<String, String> metadata, Path path)
      throws IOException {
    Objects.requireNonNull(path, "path");
    MessageWriter model = model(graph, metadata);
    AtomicFile.write(path, model::writeTo);
  }

  /**
   * The bytes of an ONNX file.
   *
   * @param graph the graph
   * @return the bytes
   * @throws IllegalArgumentException if the graph has a type that ONNX has not got, or is larger
   *     than an array
   */
  public static byte[] toBytes(Graph graph) {
    return model(graph, Map.of()).toBytes();
  }

  private static MessageWriter model(Graph graph, Map<String, String> metadata) {
    Objects.requireNonNull(graph, "graph");
    Checks.entries("metadata", metadata);
    OnnxWriter writer = new OnnxWriter(graph);
    int opset = NodeForm.OLDEST;
    for (Node node : writer.nodes) {
      opset = Math.max(opset, NodeForm.of(writer.graph, node, opset).since());
    }
    MessageWriter model =
        new MessageWriter()
            .integer(1, opset <= 18 ? 8 : opset <= 20 ? 9 : 10)
            .text(2, "octconv4j")
            .message(7, writer.body(opset))
            .message(8, new MessageWriter().text(1, "").integer(2, opset));
    metadata.forEach(
        (key, value) -> model.message(14, new MessageWriter().text(1, key).text(2, value)));
    if (model.length() > MOST_BYTES) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "graph %s has %d bytes, an ONNX file can have %d",
              graph.name(),
              model.length(),
              MOST_BYTES));
    }
    return model;
  }

  private void add(Node node) {
    if (node.op() instanceof Unary unary && unary.function() == UnaryFunction.SWISH) {
      String x = node.input(0);
      String scaled = x;
      if (unary.alpha() != 1) {
        String alpha = unique(names, node.output() + "/alpha");
        constants.put(alpha, TensorData.of(new float[] {unary.alpha()}));
        ElementType element = graph.type(x).element();
        alpha = element == ElementType.F32 ? alpha : step(node, new Cast(element), "/cast", alpha);
        scaled = step(node, new Binary(BinaryFunction.MUL), "/scaled", x, alpha);
      }
      String gate = step(node, Unary.of(UnaryFunction.SIGMOID), "/gate", scaled);
      nodes.add(
          new Node(node.name(), new Binary(BinaryFunction.MUL), List.of(x, gate), node.outputs()));
    } else {
      nodes.add(node);
    }
  }

  private String step(Node node, Op op, String part, String... inputs) {
    String output = unique(names, node.output() + part);
    nodes.add(new Node(node.name() + part, op, List.of(inputs), List.of(output)));
    return output;
  }

  private static String unique(Set<String> taken, String base) {
    String name = base;
    for (int i = 1; !taken.add(name); i++) {
      name = base + i;
    }
    return name;
  }

  /** Other readers refuse two nodes of one name; of those without one there may be many. */
  private String nameOf(Node node) {
    return node.name().isEmpty() ? "" : unique(nodeNames, node.name());
  }

  private MessageWriter body(int opset) {
    MessageWriter body = new MessageWriter();
    nodes.forEach(node -> body.message(1, node(node, NodeForm.of(graph, node, opset))));
    body.text(2, graph.name());
    constants.forEach((name, data) -> body.message(5, tensor(name, data)));
    for (Value input : graph.inputs()) {
      body.message(11, value(input.name(), input.type()));
    }
    for (String output : graph.outputs()) {
      body.message(12, value(output, graph.type(output)));
    }
    return body;
  }

  private static MessageWriter value(String name, TensorType type) {
    MessageWriter tensor = new MessageWriter().integer(1, Elements.number(type.element()));
    List<Dim> dims = type.dims();
    if (dims != null) {
      MessageWriter shape = new MessageWriter();
      for (Dim dim : dims) {
        MessageWriter one = new MessageWriter();
        if (dim.isKnown()) {
          one.integer(1, dim.size());
        } else if (!dim.symbol().isEmpty()) {
          one.text(2, dim.symbol());
        }
        shape.message(1, one);
      }
      tensor.message(2, shape);
    }
    return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
  }

  private static MessageWriter tensor(String name, TensorData data) {
    MessageWriter tensor = new MessageWriter();
    for (long dim : data.dims()) {
      tensor.integer(1, dim);
    }
    return tensor.integer(2, Elements.number(data.element())).text(8, name).elements(9, data);
  }

  private MessageWriter node(Node node, NodeForm form) {
    MessageWriter message = new MessageWriter();
    form.inputs().forEach(input -> message.text(1, input));
    node.outputs().forEach(output -> message.text(2, output));
    message.text(3, nameOf(node)).text(4, node.op().name());
    form.attributes().forEach((name, value) -> message.message(5, attribute(name, value)));
    return message;
  }

  private static MessageWriter attribute(String name, Object value) {
    MessageWriter message = new MessageWriter().text(1, name);
    int type;
    if (value instanceof Float f) {
      type = 1;
      message.real(2, f);
    } else if (value instanceof Long i) {
      type = 2;
      message.integer(3, i);
    } else if (value instanceof ElementType element) {
      type = 2;
      message.integer(3, Elements.number(element));
    } else if (value instanceof String s) {
      type = 3;
      message.text(4, s);
    } else if (value instanceof TensorData data) {
      type = 4;
      message.message(5, tensor("", data));
    } else {
      List<?> list = (List<?>) value;
      Object first = list.isEmpty() ? 0L : list.getFirst();
      type = first instanceof Float ? 6 : first instanceof String ? 8 : 7;
      for (Object element : list) {
        switch (type) {
          case 6 -> message.real(7, (Float) element);
          case 7 -> message.integer(8, (Long) element);
          default -> message.text(9, (String) element);
        }
      }
    }
    return message.integer(20, type);
  }
}
