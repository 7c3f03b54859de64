package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A graph on its way into a program: where each value lies, and the steps that bring it there. A
 * value may lie row-major, with channels innermost, or with permuted dimensions behind a
 * transposition; who reads it asks for the layout that it wants.
 */
final class Lowering {
  final Graph graph;
  final ProgramBuilder builder;
  final Attributes attributes;
  private final Set<TensorData> lasting;
  private final Map<String, Operand> values = new HashMap<>();
  private final Map<Copy, Operand> copies = new HashMap<>();
  private final Map<String, Operand> outputs = new LinkedHashMap<>();
  private final Set<Node> absorbed = new HashSet<>();

  /** A value in another layout than the one it was made in. */
  private record Copy(String value, FormatTag tag) {}

  /** What a constant of a program is made of. */
  private record Origin(TensorData data, String role) {}

  /**
   * Begins.
   *
   * @param attributes of what multiplies
   * @param lasting constants that are the same for all sizes, and kept once for all programs; each
   *     is equal to itself alone
   */
  Lowering(Graph graph, ProgramBuilder builder, Attributes attributes, Set<TensorData> lasting) {
    this.graph = graph;
    this.builder = builder;
    this.attributes = attributes;
    this.lasting = lasting;
  }

  TensorType type(String value) {
    return graph.type(value);
  }

  /** The dimensions with which primitives see a value. */
  long[] dims(String value) {
    return Storage.dims(type(value));
  }

  /** Whether primitives can compute with a value. */
  boolean isNative(String value) {
    return !value.isEmpty() && Storage.isNative(type(value));
  }

  /** Whether primitives can compute with all that a node reads and makes. */
  boolean isNative(Node node) {
    return node.inputs().stream().allMatch(value -> value.isEmpty() || isNative(value))
        && node.outputs().stream().allMatch(value -> value.isEmpty() || isNative(value));
  }

  /** Says where a value lies. */
  void define(String value, Operand operand) {
    values.put(value, operand);
  }

  /** Whether a value lies somewhere already. */
  boolean isDefined(String value) {
    return values.containsKey(value) || graph.constant(value) != null;
  }

  /** Leaves out a node, whose output another step has made. */
  void absorb(Node node) {
    absorbed.add(node);
  }

  boolean isAbsorbed(Node node) {
    return absorbed.contains(node);
  }

  /** A value as it lies. */
  Operand in(String value) {
    Operand operand = values.get(value);
    if (operand == null) {
      TensorData data = Objects.requireNonNull(graph.constant(value), value);
      operand = constant(value, data, "", Storage.of(data.type()), Storage.of(data.type()));
      values.put(value, operand);
    }
    return operand;
  }

  /** A value in a layout; copied once for all who ask. */
  Operand in(String value, FormatTag tag) {
    Operand operand = in(value);
    MemoryDesc wanted = MemoryDesc.of(operand.desc().type(), tag, operand.desc().dims());
    return operand.desc().has(tag)
        ? operand.view(wanted) // strides of size 1 may differ
        : copies.computeIfAbsent(new Copy(value, tag), key -> copied(value, operand, wanted));
  }

  /** A value row by row: floats, whole numbers, or bytes of something else. */
  Operand rowMajor(String value) {
    boolean known = isNative(value) || Storage.isWhole(type(value));
    return known ? in(value, FormatTag.rowMajor(dims(value).length)) : in(value);
  }

  /** A value of floats or whole numbers row by row, or with channels innermost where it lies so. */
  Operand plain(String value) {
    Operand operand = in(value);
    int rank = operand.desc().rank();
    boolean channelsLast =
        rank >= 3 && rank <= 5 && operand.desc().has(FormatTag.channelsLast(rank));
    return channelsLast ? operand : rowMajor(value);
  }

  /** The name of the layout that {@link #plain} gave. */
  static FormatTag tag(MemoryDesc desc) {
    FormatTag rows = FormatTag.rowMajor(desc.rank());
    return desc.has(rows) ? rows : FormatTag.channelsLast(desc.rank());
  }

  /** A copy in another layout. */
  Operand copied(String name, Operand from, MemoryDesc desc) {
    Operand to = builder.temporary(name, desc);
    copy(name, from, to);
    return to;
  }

  /** Copies between layouts. */
  void copy(String name, Operand from, Operand to) {
    add(name, new Reorder(from.desc(), to.desc()), Map.of(Arg.SRC, from, Arg.DST, to));
  }

  /** Adds a step without post-ops, whose operands lie as the operation says. */
  void add(String name, Operation operation, Map<Arg, Operand> operands) {
    builder.add(name, builder.describe(operation, Attributes.NONE), operands);
  }

  /** An operand in the layout that a primitive wants. */
  Operand as(String name, Operand operand, MemoryDesc wanted) {
    return operand.desc().equals(wanted) ? operand : copied(name, operand, wanted);
  }

  /** The value of a node's output, not written yet, in the layout that a primitive gives. */
  Operand output(String value, PrimitiveDesc desc) {
    return output(value, desc.desc(Arg.DST));
  }

  /** The value of a node's output, not written yet: the caller's memory where that fits. */
  Operand output(String value, MemoryDesc desc) {
    boolean leaves = graph.outputs().contains(value) && desc.equals(Storage.of(type(value)));
    Operand operand = leaves ? builder.output(value, desc) : builder.temporary(value, desc);
    if (leaves) {
      outputs.put(value, operand);
    }
    define(value, operand);
    return operand;
  }

  /** The caller's memory of each output of the graph; what lies elsewhere is copied there. */
  Map<String, Operand> outputs() {
    Map<String, Operand> all = new LinkedHashMap<>();
    for (String value : graph.outputs()) {
      all.computeIfAbsent(
          value,
          key -> {
            Operand made = outputs.get(key);
            if (made != null) {
              return made;
            }
            Operand to = builder.output(key, Storage.of(type(key)));
            copy(key, in(key), to);
            return to;
          });
    }
    return all;
  }

  /**
   * Elements that the program keeps, together with others where they last.
   *
   * @param role how they were changed before, empty for not at all
   * @param given how the data lie
   * @param wanted how they are to lie; of the same dimensions
   */
  Operand constant(String name, TensorData data, String role, MemoryDesc given, MemoryDesc wanted) {
    try (Arena arena = Arena.ofConfined()) {
      return lasting.contains(data)
          ? builder.sharedConstant(
              new Origin(data, role), name, wanted, () -> tensor(data, given, arena))
          : builder.constant(name, wanted, tensor(data, given, arena));
    }
  }

  private static Tensor tensor(TensorData data, MemoryDesc desc, Arena arena) {
    Tensor tensor = Tensor.allocate(desc, arena);
    MemorySegment elements = data.segment();
    MemorySegment.copy(elements, 0, tensor.segment(), 0, elements.byteSize());
    return tensor;
  }

  /** Floats that a lowering computed, for this program alone. */
  Operand constant(String name, float[] values, long... dims) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.of(arena, values, dims);
      return builder.constant(name, tensor.desc(), tensor);
    }
  }
}
