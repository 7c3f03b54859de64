package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A graph as the file has it. */
final class GraphProto {
  final List<NodeProto> nodes = new ArrayList<>();
  final Map<String, TensorData> initializers = new LinkedHashMap<>();
  final List<Value> inputs = new ArrayList<>(); // of a body none
  final List<String> parameters = new ArrayList<>(); // names of a body's inputs
  final List<String> outputs = new ArrayList<>();
  String name = "";

  private GraphProto() {}

  /** The graph of a model, whose inputs have types. */
  static GraphProto read(
      Wire wire, Message message, TensorProto.External external, Problems problems)
      throws IOException {
    return read(wire, message, external, problems, false);
  }

  /** The body of a node, whose inputs have the types of what they stand for. */
  static GraphProto readBody(
      Wire wire, Message message, TensorProto.External external, Problems problems)
      throws IOException {
    return read(wire, message, external, problems, true);
  }

  private static GraphProto read(
      Wire wire, Message message, TensorProto.External external, Problems problems, boolean isBody)
      throws IOException {
    GraphProto graph = new GraphProto();
    while (message.next()) {
      switch (message.field()) {
        case 1 -> graph.nodes.add(NodeProto.read(wire, message.message(), external));
        case 2 -> graph.name = message.text();
        case 5 ->
            problems.trying(
                "an initializer",
                () -> graph.initializer(TensorProto.read(wire, message.message(), external)));
        case 11 -> {
          Message input = message.message();
          if (isBody) {
            graph.parameters.add(valueName(input));
          } else {
            problems.trying("an input", () -> graph.inputs.add(value(input)));
          }
        }
        case 12 -> graph.outputs.add(valueName(message.message()));
        case 15 ->
            problems.trying(
                "a sparse initializer",
                () -> graph.initializer(SparseTensorProto.read(wire, message.message(), external)));
        default -> {}
      }
    }
    graph.inputs.removeIf(input -> graph.initializers.containsKey(input.name()));
    return graph;
  }

  private void initializer(TensorProto.Named tensor) throws IOException {
    if (tensor.name().isEmpty() || initializers.put(tensor.name(), tensor.data()) != null) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "an initializer's name is %s, which is empty or taken",
              Printable.quote(tensor.name())));
    }
  }

  private static String valueName(Message message) throws IOException {
    String name = "";
    while (message.next()) {
      name = message.field() == 1 ? message.text() : name;
    }
    return name;
  }

  private static Value value(Message message) throws IOException, UnsupportedException {
    String name = "";
    TensorType type = null;
    String why = "an input that is no tensor";
    while (message.next()) {
      if (message.field() == 1) {
        name = message.text();
      } else if (message.field() == 2) {
        Message types = message.message();
        while (types.next()) {
          if (types.field() == 1) {
            try {
              type = tensor(types.message());
            } catch (UnsupportedException e) {
              why = String.valueOf(e.getMessage());
            }
          }
        }
      }
    }
    if (name.isEmpty()) {
      throw new IOException("an input has no name");
    }
    if (type == null) {
      throw new UnsupportedException(why, "input " + name);
    }
    return new Value(name, type);
  }

  private static TensorType tensor(Message message) throws IOException, UnsupportedException {
    long element = 0;
    List<Dim> dims = null;
    while (message.next()) {
      if (message.field() == 1) {
        element = message.integer();
      } else if (message.field() == 2) {
        dims = new ArrayList<>();
        Message shape = message.message();
        while (shape.next()) {
          if (shape.field() == 1) {
            dims.add(dim(shape.message()));
          }
        }
      }
    }
    try {
      return new TensorType(Elements.of(element), dims);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Dim dim(Message message) throws IOException {
    Dim dim = Dim.unknown("");
    while (message.next()) {
      if (message.field() == 1) {
        long size = message.integer();
        dim = size < 0 ? Dim.unknown("") : Dim.of(size); // exporters write -1 for any
      } else if (message.field() == 2) {
        String symbol = message.text();
        dim = Dim.unknown(symbol.equals("?") ? "" : symbol); // as Paddle writes any, for each
      }
    }
    return dim;
  }
}
