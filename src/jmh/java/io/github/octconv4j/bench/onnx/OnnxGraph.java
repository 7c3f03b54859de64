package io.github.octconv4j.bench.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Puts an ONNX model together, node by node, and writes it as a file has it. Values are known by
 * their names. Field numbers are those of {@code onnx.proto}.
 */
public final class OnnxGraph {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final String name;
  private final Protobuf nodes = new Protobuf(); // fields of the graph's message
  private final Protobuf constants = new Protobuf();
  private final Protobuf inputs = new Protobuf();
  private final Protobuf outputs = new Protobuf();
  private int count;

  /** Begins an empty graph. */
  public OnnxGraph(String name) {
    this.name = name;
  }

  /** Adds an input of floats and returns its name. */
  public String input(String value, long... dims) {
    inputs.message(11, floats(value, dims));
    return value;
  }

  /** Says that a value of floats is an output. */
  public void output(String value, long... dims) {
    outputs.message(12, floats(value, dims));
  }

  private static Protobuf floats(String value, long... dims) {
    Protobuf shape = new Protobuf();
    for (long dim : dims) {
      shape.message(1, new Protobuf().integer(1, dim));
    }
    Protobuf tensor = new Protobuf().integer(1, FLOAT).message(2, shape);
    return new Protobuf().text(1, value).message(2, new Protobuf().message(1, tensor));
  }

  /** Adds a constant of floats, row by row, and returns its name. */
  public String constant(String value, float[] data, long... dims) {
    long product = 1;
    for (long dim : dims) {
      product *= dim;
    }
    if (product != data.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "constant %s: data has %d values, its dimensions make %d",
              value,
              data.length,
              product));
    }
    byte[] raw = new byte[data.length * Float.BYTES];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(data);
    return constant(value, FLOAT, raw, dims);
  }

  /** Adds a constant list of integers and returns its name. */
  public String constant(String value, long... data) {
    byte[] raw = new byte[data.length * Long.BYTES];
    ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(data);
    return constant(value, INT64, raw, data.length);
  }

  private String constant(String value, int type, byte[] raw, long... dims) {
    constants.message(
        5, new Protobuf().integers(1, dims).integer(2, type).text(8, value).raw(9, raw));
    return value;
  }

  /** Begins a node; {@link Node#add} adds it. An empty name stands for an input left out. */
  public Node node(String operator, String... values) {
    return new Node(operator, List.of(values));
  }

  /** A node whose attributes are being set. */
  public final class Node {
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_INTS = 7;

    private final String operator;
    private final List<String> values;
    private final List<Protobuf> attributes = new ArrayList<>();

    private Node(String operator, List<String> values) {
      this.operator = operator;
      this.values = values;
    }

    /** Sets a list of integers. */
    public Node ints(String attribute, long... list) {
      return attribute(attribute, new Protobuf().integers(8, list), TYPE_INTS);
    }

    /** Sets an integer. */
    public Node integer(String attribute, long value) {
      return attribute(attribute, new Protobuf().integer(3, value), TYPE_INT);
    }

    /** Sets a number. */
    public Node number(String attribute, float value) {
      return attribute(attribute, new Protobuf().number(2, value), TYPE_FLOAT);
    }

    /** Sets a text. */
    public Node text(String attribute, String value) {
      return attribute(attribute, new Protobuf().text(4, value), TYPE_STRING);
    }

    private Node attribute(String attribute, Protobuf value, int type) {
      attributes.add(value.text(1, attribute).integer(20, type));
      return this;
    }

    /** Adds the node and returns the name of its only output. */
    public String add() {
      return add(operator.toLowerCase(Locale.ROOT) + "_" + count);
    }

    /** Adds the node, names its only output and returns that name. */
    public String add(String result) {
      Protobuf node = new Protobuf();
      values.forEach(value -> node.text(1, value));
      node.text(2, result).text(3, "n" + count++).text(4, operator);
      attributes.forEach(attribute -> node.message(5, attribute));
      nodes.message(1, node);
      return result;
    }
  }

  /** Returns the bytes of an ONNX file. */
  public byte[] toModel() {
    Protobuf graph =
        new Protobuf().fields(nodes).text(2, name).fields(constants).fields(inputs).fields(outputs);
    return new Protobuf()
        .integer(1, IR_VERSION)
        .text(2, "octconv4j")
        .message(7, graph)
        .message(8, new Protobuf().text(1, "").integer(2, OPSET))
        .toBytes();
  }
}
