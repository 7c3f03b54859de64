package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node that is being translated: what it says, and the graph that its translation is added to.
 */
final class Call {
  private final Translation translation;
  private final Translation.Site site;
  private final NodeProto node;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Map<String, AttributeProto> attributes;
  private final int version;
  private final Set<String> asked = new HashSet<>();

  Call(
      Translation translation,
      Translation.Site site,
      NodeProto node,
      List<String> inputs,
      List<String> outputs,
      Map<String, AttributeProto> attributes,
      int version) {
    this.translation = translation;
    this.site = site;
    this.node = node;
    this.inputs = inputs;
    this.outputs = outputs;
    this.attributes = attributes;
    this.version = version;
  }

  /** The version of the set that the operator is of. */
  int version() {
    return version;
  }

  String operator() {
    return node.operator();
  }

  // ---- inputs and outputs

  boolean has(int input) {
    return !input(input).isEmpty();
  }

  String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  String output(int index) {
    return index < outputs.size() ? outputs.get(index) : "";
  }

  List<String> inputs() {
    return inputs;
  }

  int outputs() {
    return outputs.size();
  }

  /** What is known of an input. */
  TensorType type(int index) {
    return translation.type(input(index));
  }

  /** What is known of a value on the way. */
  TensorType type(String value) {
    return translation.type(value);
  }

  @Nullable TensorData constantOf(int index) {
    return translation.constant(input(index));
  }

  /** A value that depends on no input, whatever computes it; null where it does. */
  @Nullable TensorData known(String value) {
    return translation.known(value);
  }

  /** How many axes an input has; -1 where that is not known. */
  int rank(int index) {
    List<Dim> dims = type(index).dims();
    return dims == null ? -1 : dims.size();
  }

  // ---- attributes

  boolean has(String attribute) {
    asked.add(attribute);
    return attributes.containsKey(attribute);
  }

  private <T> T value(String attribute, Class<T> type, T otherwise) throws UnsupportedException {
    asked.add(attribute);
    AttributeProto found = attributes.get(attribute);
    if (found == null) {
      return otherwise;
    }
    if (!type.isInstance(found.value())) {
      if (found.value() instanceof AttributeProto.Foreign foreign) {
        throw new UnsupportedException(
            String.format(
                Locale.ROOT, "attribute %s of %s, a %s", attribute, operator(), foreign.kind()));
      }
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "attribute %s is %s, expected %s",
              attribute,
              found.value(),
              type.getSimpleName()));
    }
    return type.cast(found.value());
  }

  long integer(String attribute, long otherwise) throws UnsupportedException {
    return value(attribute, Long.class, otherwise);
  }

  boolean flag(String attribute, boolean otherwise) throws UnsupportedException {
    return integer(attribute, otherwise ? 1 : 0) != 0;
  }

  float real(String attribute, float otherwise) throws UnsupportedException {
    return value(attribute, Float.class, otherwise);
  }

  String text(String attribute, String otherwise) throws UnsupportedException {
    return value(attribute, String.class, otherwise);
  }

  /** A text that names a constant of an enum in small letters. */
  <E extends Enum<E>> E choice(String attribute, E otherwise) throws UnsupportedException {
    String text = text(attribute, otherwise.name());
    for (E constant : otherwise.getDeclaringClass().getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    throw unknown(attribute, text);
  }

  private UnsupportedException unknown(String attribute, String text) {
    return new UnsupportedException(
        String.format(Locale.ROOT, "attribute %s=%s of %s", attribute, text, operator()));
  }

  /** A text that is one of some. */
  String oneOf(String attribute, String otherwise, String... expected) throws UnsupportedException {
    String text = text(attribute, otherwise).toLowerCase(Locale.ROOT);
    if (!List.of(expected).contains(text)) {
      throw unknown(attribute, text);
    }
    return text;
  }

  /** A list of texts. */
  List<String> texts(String attribute) throws UnsupportedException {
    List<?> list = value(attribute, List.class, List.of());
    for (Object element : list) {
      if (!(element instanceof String)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "attribute %s is %s, expected texts", attribute, list));
      }
    }
    return list.stream().map(String.class::cast).toList();
  }

  List<Long> integers(String attribute) throws UnsupportedException {
    List<?> list = value(attribute, List.class, List.of());
    for (Object element : list) {
      if (!(element instanceof Long)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "attribute %s is %s, expected integers", attribute, list));
      }
    }
    return list.stream().map(Long.class::cast).toList();
  }

  long[] longs(String attribute) throws UnsupportedException {
    return integers(attribute).stream().mapToLong(Long::longValue).toArray();
  }

  float[] reals(String attribute) throws UnsupportedException {
    List<?> list = value(attribute, List.class, List.of());
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      if (!(list.get(i) instanceof Float f)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "attribute %s is %s, expected numbers", attribute, list));
      }
      values[i] = f;
    }
    return values;
  }

  TensorData tensor(String attribute, TensorData otherwise) throws UnsupportedException {
    return value(attribute, TensorData.class, otherwise);
  }

  /** A graph, which is read each time. */
  GraphProto body(String attribute) throws UnsupportedException, IOException {
    asked.add(attribute);
    AttributeProto found = attributes.get(attribute);
    if (found == null || !(found.value() instanceof AttributeProto.Body body)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "attribute %s is missing, or no graph", attribute));
    }
    return site.read(body);
  }

  /** Attributes that say nothing about the result. */
  void ignore(String... names) {
    asked.addAll(List.of(names));
  }

  /** Attributes that nobody asked for would change the result without a word. */
  void checkAttributes() throws UnsupportedException {
    for (String attribute : attributes.keySet()) {
      if (!asked.contains(attribute)) {
        throw new UnsupportedException(
            String.format(
                Locale.ROOT,
                "attribute %s of %s in operator set %d",
                attribute,
                operator(),
                version));
      }
    }
  }

  // ---- what it becomes

  /** The operation takes the node's place, with all inputs and outputs. */
  void emit(Op op) {
    emit(op, inputs);
  }

  /** The operation takes the node's place, with other inputs. */
  void emit(Op op, List<String> others) {
    translation.add(new Node(node.label(), op, others, outputs));
  }

  /** An operation with inputs and outputs of its own. */
  void emitAs(Op op, List<String> from, List<String> to) {
    translation.add(new Node(node.label(), op, from, to));
  }

  /**
   * Adds a copy of a body.
   *
   * @param values what its inputs stand for
   * @return names of its outputs
   */
  List<String> inline(GraphProto body, List<String> values) throws IOException {
    return site.inline(body, values, node.label());
  }

  /** An operation on the way; returns its output. */
  String step(Op op, String... values) {
    String output = translation.fresh(node.label());
    translation.add(new Node(node.label(), op, List.of(values), List.of(output)));
    return output;
  }

  /** The last step, which makes the first output. */
  void last(Op op, String... values) {
    translation.add(new Node(node.label(), op, List.of(values), List.of(output(0))));
  }

  /** An output that is constant. */
  void constant(int output, TensorData data) {
    translation.constant(output(output), data);
  }

  /** A constant on the way; returns its name. */
  String constant(TensorData data) {
    String name = translation.fresh(node.label());
    translation.constant(name, data);
    return name;
  }

  String longs(long... values) {
    return constant(TensorData.ofLongs(values));
  }

  /** A constant in the place of a value that depends on no input. */
  String settled(String value) {
    TensorData data = known(value);
    return data == null || translation.constant(value) != null ? value : constant(data);
  }

  /**
   * The sizes of some axes of a value as a list, which is constant where they are known.
   *
   * @param start the first axis; negative from behind
   * @param end the axis before which it ends; {@link Long#MAX_VALUE} for all
   */
  String sizes(String value, long start, long end) {
    Shape shape = new Shape(start, end);
    TensorType type = type(value);
    return type.isKnown() ? longs(shape.of(type.sizes())) : step(shape, value);
  }

  /** The node's inputs with one that was an attribute in older sets. */
  List<String> withInput(int index, String value) {
    List<String> all = new ArrayList<>(inputs);
    while (all.size() <= index) {
      all.add("");
    }
    all.set(index, value);
    return all;
  }
}
