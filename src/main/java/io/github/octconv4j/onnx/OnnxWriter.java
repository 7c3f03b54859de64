package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Writes graphs as ONNX files, which {@link OnnxModel} and every other reader of ONNX can read.
 *
 * @since 0.1.0
 */
public final class OnnxWriter {
  private static final int IR_VERSION = 10;
  private static final int OPSET = 22;
  private static final int OPSET_OF_SWISH = 24;

  private OnnxWriter() {}

  /**
   * Writes a graph to a file.
   *
   * @param graph the graph; octave convolutions, which ONNX has not got, must have been expanded
   * @param path the file, which is replaced
   * @throws IOException if the file can't be written
   * @throws IllegalArgumentException if the graph has an operation or a type that ONNX has not got
   */
  public static void write(Graph graph, Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    Files.write(path, toBytes(graph));
  }

  /**
   * The bytes of an ONNX file.
   *
   * @param graph the graph
   * @return the bytes
   * @throws IllegalArgumentException if the graph has an operation or a type that ONNX has not got,
   *     or is larger than an array
   */
  public static byte[] toBytes(Graph graph) {
    Objects.requireNonNull(graph, "graph");
    MessageWriter body = new MessageWriter();
    boolean newer = false;
    for (Node node : graph.nodes()) {
      if (node.op() instanceof OctaveConv) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "node %s is an OctaveConv, which ONNX has not got: expand it first",
                Printable.quote(node.name())));
      }
      newer |= node.op() instanceof Unary unary && unary.function() == UnaryFunction.SWISH;
      body.message(1, node(node));
    }
    body.text(2, graph.name());
    graph.constants().forEach((name, data) -> body.message(5, tensor(name, data)));
    for (Value input : graph.inputs()) {
      body.message(11, value(input.name(), input.type()));
    }
    for (String output : graph.outputs()) {
      body.message(12, value(output, graph.type(output)));
    }
    return new MessageWriter()
        .integer(1, IR_VERSION)
        .text(2, "octconv4j")
        .message(7, body)
        .message(8, new MessageWriter().text(1, "").integer(2, newer ? OPSET_OF_SWISH : OPSET))
        .toBytes();
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
    return tensor
        .integer(2, Elements.number(data.element()))
        .text(8, name)
        .raw(9, data.segment().toArray(ValueLayout.JAVA_BYTE));
  }

  private static MessageWriter node(Node node) {
    MessageWriter message = new MessageWriter();
    node.inputs().forEach(input -> message.text(1, input));
    node.outputs().forEach(output -> message.text(2, output));
    message.text(3, node.name()).text(4, node.op().name());
    node.op().attributes().forEach((name, value) -> message.message(5, attribute(name, value)));
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
      type = 7;
      ((List<?>) value).forEach(element -> message.integer(8, (Long) element));
    }
    return message.integer(20, type);
  }
}
