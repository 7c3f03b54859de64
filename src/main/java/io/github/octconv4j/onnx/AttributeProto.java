package io.github.octconv4j.onnx;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An attribute of a node.
 *
 * @param name its name
 * @param value a Long, Float, String, TensorData, a list of the first three, {@link Body}, or
 *     {@link Foreign}
 * @param reference the attribute of a function that it stands for, or an empty text
 */
record AttributeProto(String name, Object value, String reference) {
  /** A value of a kind that is not supported. */
  record Foreign(String kind) {}

  /** A graph, which is not read yet. */
  record Body(Message message) {}

  static AttributeProto read(Wire wire, Message message, TensorProto.External external)
      throws IOException {
    String name = "";
    String reference = "";
    long type = 0;
    float f = 0;
    long i = 0;
    String s = "";
    Object t = null;
    Body body = null;
    List<Float> floats = new ArrayList<>();
    List<Long> ints = new ArrayList<>();
    List<String> strings = new ArrayList<>();
    int last = 0;
    while (message.next()) {
      int field = message.field();
      last = (field >= 2 && field <= 11) || field == 22 ? field : last;
      switch (field) {
        case 1 -> name = message.text();
        case 2 -> f = message.real();
        case 3 -> i = message.integer();
        case 4 -> s = message.text();
        case 5 -> t = tensor(() -> TensorProto.read(wire, message.message(), external));
        case 6 -> body = new Body(message.message());
        case 7 -> message.reals(Float.BYTES, bits -> floats.add(Float.intBitsToFloat((int) bits)));
        case 8 -> message.integers(ints::add);
        case 9 -> strings.add(message.text());
        case 20 -> type = message.integer();
        case 21 -> reference = message.text();
        case 22 -> t = tensor(() -> SparseTensorProto.read(wire, message.message(), external));
        default -> {}
      }
    }
    // Files before IR version 2 don't say the type.
    int kind = type != 0 ? Math.clamp(type, 0, 100) : last == 22 ? 11 : Math.max(0, last - 1);
    Object value =
        switch (kind) {
          case 1 -> f;
          case 2 -> i;
          case 3 -> s;
          case 4, 11 -> t == null ? new Foreign("tensor without elements") : t;
          case 5 -> body == null ? new Foreign("graph without nodes") : body;
          case 6 -> floats;
          case 7 -> ints;
          case 8 -> strings;
          case 9 -> new Foreign("list of tensors");
          case 10 -> new Foreign("list of graphs");
          case 12 -> new Foreign("list of sparse tensors");
          default -> new Foreign(reference.isEmpty() ? "value of type " + kind : "reference");
        };
    return new AttributeProto(name, value, reference);
  }

  private interface Reading {
    TensorProto.Named read() throws IOException, UnsupportedException;
  }

  private static Object tensor(Reading reading) throws IOException {
    try {
      return reading.read().data();
    } catch (UnsupportedException e) { // said where the attribute is asked for
      return new Foreign(String.valueOf(e.getMessage()));
    }
  }
}
