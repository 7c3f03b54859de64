package io.github.octconv4j.onnx;

import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A node as the file has it.
 *
 * @param name its name, perhaps empty
 * @param operator the operator
 * @param domain the operator's domain, empty for ONNX's own
 * @param inputs names of inputs, empty for one that is left out
 * @param outputs names of outputs, empty for one that is not wanted
 * @param attributes attributes by name
 */
record NodeProto(
    String name,
    String operator,
    String domain,
    List<String> inputs,
    List<String> outputs,
    Map<String, AttributeProto> attributes) {

  static NodeProto read(Wire wire, Message message, TensorProto.External external)
      throws IOException {
    String name = "";
    String operator = "";
    String domain = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, AttributeProto> attributes = new LinkedHashMap<>();
    while (message.next()) {
      switch (message.field()) {
        case 1 -> inputs.add(message.text());
        case 2 -> outputs.add(message.text());
        case 3 -> name = message.text();
        case 4 -> operator = message.text();
        case 5 -> {
          AttributeProto attribute = AttributeProto.read(wire, message.message(), external);
          if (attributes.put(attribute.name(), attribute) != null) {
            throw new IOException(
                String.format(
                    Locale.ROOT,
                    "node %s has the attribute %s twice",
                    Printable.quote(name),
                    Printable.quote(attribute.name())));
          }
        }
        case 7 -> domain = message.text();
        default -> {}
      }
    }
    String own = domain.equals("ai.onnx") ? "" : domain;
    return new NodeProto(name, operator, own, inputs, outputs, attributes);
  }

  /** How messages call it. */
  String label() {
    return !name.isEmpty()
        ? name
        : outputs.isEmpty() ? operator : operator + " of " + outputs.getFirst();
  }
}
