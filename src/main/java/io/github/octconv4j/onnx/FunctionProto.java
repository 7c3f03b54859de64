package io.github.octconv4j.onnx;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A function of the model: a body that takes the place of nodes that call it. */
final class FunctionProto {
  String name = "";
  String domain = "";
  final List<String> inputs = new ArrayList<>();
  final List<String> outputs = new ArrayList<>();
  final List<NodeProto> nodes = new ArrayList<>();
  final Map<String, AttributeProto> defaults = new LinkedHashMap<>();
  final Map<String, Long> opsets = new HashMap<>();

  private FunctionProto() {}

  static FunctionProto read(Wire wire, Message message, TensorProto.External external)
      throws IOException {
    FunctionProto function = new FunctionProto();
    while (message.next()) {
      switch (message.field()) {
        case 1 -> function.name = message.text();
        case 4 -> function.inputs.add(message.text());
        case 5 -> function.outputs.add(message.text());
        case 7 -> function.nodes.add(NodeProto.read(wire, message.message(), external));
        case 9 -> opset(message.message(), function.opsets);
        case 10 -> function.domain = message.text();
        case 11 -> {
          AttributeProto attribute = AttributeProto.read(wire, message.message(), external);
          function.defaults.put(attribute.name(), attribute);
        }
        default -> {}
      }
    }
    return function;
  }

  /** Reads a domain and the version of its operators. */
  static void opset(Message message, Map<String, Long> opsets) throws IOException {
    String domain = "";
    long version = 0;
    while (message.next()) {
      switch (message.field()) {
        case 1 -> domain = message.text();
        case 2 -> version = message.integer();
        default -> {}
      }
    }
    opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
  }
}
