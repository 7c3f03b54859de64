package io.github.octconv4j.onnx;

/** Messages of ONNX files for tests. */
final class Protos {
  private Protos() {}

  static MessageWriter message() {
    return new MessageWriter();
  }

  static MessageWriter node(String operator, String in, String out, Object... attributes) {
    MessageWriter node = message();
    for (String name : in.split(" ", -1)) {
      node.text(1, name);
    }
    for (String name : out.split(" ", -1)) {
      node.text(2, name);
    }
    node.text(4, operator).text(3, "n_" + out);
    for (int i = 0; i < attributes.length; i += 2) {
      MessageWriter attribute = message().text(1, (String) attributes[i]);
      if (attributes[i + 1] instanceof long[] list) {
        for (long value : list) {
          attribute.integer(8, value);
        }
        attribute.integer(20, 7);
      } else if (attributes[i + 1] instanceof float[] list) {
        for (float value : list) {
          attribute.real(7, value);
        }
        attribute.integer(20, 6);
      } else if (attributes[i + 1] instanceof String[] list) {
        for (String value : list) {
          attribute.text(9, value);
        }
        attribute.integer(20, 8);
      } else if (attributes[i + 1] instanceof Float value) {
        attribute.real(2, value).integer(20, 1);
      } else if (attributes[i + 1] instanceof MessageWriter body) {
        attribute.message(6, body).integer(20, 5);
      } else if (attributes[i + 1] instanceof Integer value) {
        attribute.integer(3, value).integer(20, 2);
      } else {
        attribute.text(4, (String) attributes[i + 1]).integer(20, 3);
      }
      node.message(5, attribute);
    }
    return node;
  }

  static MessageWriter value(String name, int type, long... dims) {
    MessageWriter shape = message();
    for (long dim : dims) {
      shape.message(1, message().integer(1, dim));
    }
    MessageWriter tensor = message().integer(1, type).message(2, shape);
    return message().text(1, name).message(2, message().message(1, tensor));
  }

  static MessageWriter floats(String name, float... values) {
    MessageWriter tensor = message().integer(1, values.length).integer(2, 1).text(8, name);
    for (float f : values) {
      tensor.real(4, f); // one by one
    }
    return tensor;
  }

  static MessageWriter model(MessageWriter graph, int opset) {
    return message()
        .integer(1, 8)
        .message(7, graph)
        .message(8, message().text(1, "").integer(2, opset));
  }

  static MessageWriter graph(MessageWriter... nodes) {
    MessageWriter graph = message().text(2, "g");
    for (MessageWriter node : nodes) {
      graph.message(1, node);
    }
    return graph.message(11, value("x", 1, 2, 3, 4)).message(12, value("y", 1));
  }
}
