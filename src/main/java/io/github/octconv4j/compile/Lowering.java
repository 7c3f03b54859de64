package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.OctaveProgramBuilder;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A graph on its way into a program: where each value lies, and the steps that bring it there. A
 * value may lie row-major, with channels innermost, or with permuted dimensions behind a
 * transposition; who reads it asks for the layout that it wants.
 */
final class Lowering {
  final Graph graph;
  final ProgramBuilder builder;
  final OctaveProgramBuilder octave;
  final Attributes attributes;
  final Placement placement;
  final LayerWeights weights;

  /** Threads of our own that share steps; 1 where the primitives have threads, or there is one. */
  final int workers;

  private final DataType real;
  private final Prepared prepared;
  private final Map<Node, Formulation> formulations;
  private final IdentityHashMap<Node, Integer> positions = new IdentityHashMap<>();
  private final Map<String, List<Operand>> parts = new HashMap<>();
  private final Map<String, Operand> values = new HashMap<>();
  private final Map<Copy, Operand> copies = new HashMap<>();
  private final Map<String, Operand> smallSums = new HashMap<>();
  private final Map<String, Operand> outputs = new LinkedHashMap<>();
  private final Set<Node> absorbed = new HashSet<>();

  /** A value in another layout or type than the one it was made in. */
  private record Copy(String value, FormatTag tag, DataType type) {}

  /** What a constant of a program is made of. */
  private record Origin(TensorData data, String role) {}

  /**
   * Begins.
   *
   * @param builder the program
   * @param options of the plan
   * @param formulations of layers; others have the default
   * @param weights of the layers
   */
  Lowering(
      Prepared prepared,
      ProgramBuilder builder,
      PlanOptions options,
      Map<Node, Formulation> formulations,
      LayerWeights weights) {
    this.prepared = prepared;
    this.graph = prepared.head();
    this.builder = builder;
    this.octave = new OctaveProgramBuilder(builder, options);
    this.attributes = new Attributes(PostOps.NONE, options.fpMath());
    this.placement = prepared.placement();
    this.weights = weights;
    this.workers = prepared.workers();
    this.real = options.type();
    this.formulations = formulations;
    for (Node node : graph.nodes()) {
      positions.put(node, positions.size());
    }
  }

  /** The specification of an octave convolution; null where there is none. */
  @Nullable Layer layer(Node node) {
    return prepared.layers().get(node);
  }

  /** How a layer is put together. */
  Formulation formulation(Layer layer) {
    return formulations.getOrDefault(layer.node(), Formulation.DEFAULT);
  }

  /** A layout of floats in the type that this program has inside. */
  MemoryDesc desc(FormatTag tag, long... dims) {
    return MemoryDesc.of(real, tag, dims);
  }

  /** A layout of a value: floats in the type that this program has inside, or whole numbers. */
  MemoryDesc desc(String value, FormatTag tag) {
    DataType type = isNative(value) ? real : Storage.dataType(type(value));
    return MemoryDesc.of(type, tag, dims(value));
  }

  /** Floats row by row in the type that this program has inside. */
  MemoryDesc rows(long... dims) {
    return Storage.rowMajor(real, dims);
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

  /** Whether primitives can move a value's elements: floats, or whole numbers. */
  boolean isPlain(String value) {
    return !value.isEmpty() && (isNative(value) || Storage.isWhole(type(value)));
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

  /** Says where the parts of a value's channels lie; one is the whole. */
  void define(String value, List<Operand> operands) {
    if (operands.size() == 1) {
      define(value, operands.getFirst());
    } else {
      parts.put(value, List.copyOf(operands));
    }
  }

  /** Says that a value lacks what is summed here, at low resolution; see {@code SmallSum}. */
  void defineSmall(String value, Operand sum) {
    smallSums.put(value, sum);
  }

  /** What a value lacks; null for nothing. */
  @Nullable Operand small(String value) {
    return smallSums.get(value);
  }

  /** A part of a value's channels, innermost; of a value that is kept whole the whole. */
  Operand part(String value, int index) {
    List<Operand> all = parts.get(value);
    return all == null ? in(value, FormatTag.NHWC) : all.get(index);
  }

  /** One of several equal parts of the channels of images, as a view; null for nothing. */
  static @Nullable Operand channels(@Nullable Operand whole, int part, int parts) {
    if (whole == null || parts == 1) {
      return whole;
    }
    long[] dims = whole.desc().dims();
    dims[1] /= parts;
    return whole.view(whole.desc().submemory(dims, new long[] {0, part * dims[1], 0, 0}));
  }

  /** Whether a value lies somewhere already. */
  boolean isDefined(String value) {
    return values.containsKey(value) || graph.constant(value) != null;
  }

  /**
   * Whether a node may overwrite the memory of a value that it reads once: nobody reads that later,
   * nor any other value that lies there.
   *
   * @param value perhaps an empty name, of nothing
   */
  boolean isLast(String value, Node node) {
    if (value.isEmpty()) {
      return true;
    }
    long reads = node.inputs().stream().filter(value::equals).count();
    if (reads != 1 || isRead(value, node, 1)) {
      return false;
    }
    List<Operand> all =
        parts.containsKey(value) ? parts.getOrDefault(value, List.of()) : List.of(part(value, 0));
    Operand whole = values.get(value);
    boolean copied = whole != null && !all.getFirst().sharesBuffer(whole); // in another layout
    // A part may be a view of another value, which this very node reads, or of that one's copy.
    return (copied || !belongsToCaller(value))
        && values.entrySet().stream()
            .filter(other -> !other.getKey().equals(value))
            .filter(other -> all.stream().anyMatch(other.getValue()::sharesBuffer))
            .noneMatch(other -> belongsToCaller(other.getKey()) || isRead(other.getKey(), node, 0))
        && copies.entrySet().stream()
            .filter(other -> !other.getKey().value().equals(value))
            .filter(other -> all.stream().anyMatch(other.getValue()::sharesBuffer))
            .noneMatch(other -> isRead(other.getKey().value(), node, 0));
  }

  /** Whether a value is read by a node that comes at least so many after another one. */
  private boolean isRead(String value, Node node, int later) {
    int first = position(node) + later;
    return graph.consumers(value).stream().anyMatch(reader -> position(reader) >= first);
  }

  private boolean belongsToCaller(String value) {
    return graph.outputs().contains(value) || graph.producer(value) == null; // constants, too
  }

  private int position(Node node) {
    return Objects.requireNonNull(positions.get(node));
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

  /**
   * A value in a layout, copied once for all who ask: floats in the type that this program has
   * inside, whole numbers in their own.
   */
  Operand in(String value, FormatTag tag) {
    return in(value, tag, isNative(value) ? real : Storage.dataType(type(value)));
  }

  private Operand in(String value, FormatTag tag, DataType type) {
    TensorData data = values.containsKey(value) ? null : graph.constant(value);
    if (data != null && isNative(value) && type != DataType.F32) {
      MemoryDesc wanted = MemoryDesc.of(type, tag, dims(value));
      return copies.computeIfAbsent(
          new Copy(value, tag, type),
          key -> constant(value, data, "", Storage.of(data.type()), wanted));
    }
    Operand operand = in(value);
    MemoryDesc wanted = MemoryDesc.of(type, tag, operand.desc().dims());
    if (operand.desc().equals(wanted)) {
      return operand;
    }
    boolean same = operand.desc().has(tag) && operand.desc().type() == type;
    return copies.computeIfAbsent( // one object for all: averages of it are made once
        new Copy(value, tag, type),
        key ->
            same
                ? operand.view(wanted) // strides of size 1 differ
                : copied(value, operand, wanted));
  }

  /** A value row by row: floats, whole numbers, or bytes of something else. */
  Operand rowMajor(String value) {
    boolean known = isNative(value) || Storage.isWhole(type(value));
    return known ? in(value, FormatTag.rowMajor(dims(value).length)) : in(value);
  }

  /**
   * A value row by row as graphs see it: floats with 32 bits, whole numbers, or bytes of something
   * else.
   */
  Operand exact(String value) {
    return isNative(value)
        ? in(value, FormatTag.rowMajor(dims(value).length), DataType.F32)
        : rowMajor(value);
  }

  /** A value of floats or whole numbers row by row, or with channels innermost where it lies so. */
  Operand plain(String value) {
    return in(value, usual(value));
  }

  /** The layout, row by row or with channels innermost, that is nearest to how a value lies. */
  FormatTag usual(String value) {
    MemoryDesc desc = in(value).desc();
    int rank = desc.rank();
    return hasChannelsInnermost(desc) ? FormatTag.channelsLast(rank) : FormatTag.rowMajor(rank);
  }

  /** Whether the channels of a tensor, or of a part of one, lie side by side, and nothing else. */
  private static boolean hasChannelsInnermost(MemoryDesc desc) {
    int rank = desc.rank();
    if (rank < 3 || rank > 5 || desc.has(FormatTag.rowMajor(rank))) {
      return false;
    }
    return desc.has(FormatTag.channelsLast(rank))
        || (desc.dim(1) > 1 && Slabs.stride(desc, 1) == 1);
  }

  /**
   * A value as it lies if its innermost elements lie as in a layout, be it a part of something
   * larger; else in that layout.
   */
  Operand along(String value, FormatTag tag) {
    Operand operand = in(value);
    MemoryDesc desc = operand.desc();
    boolean innermost = tag != FormatTag.rowMajor(desc.rank());
    boolean fits =
        innermost
            && desc.type() == real
            && (hasChannelsInnermost(desc) || (desc.isPlain() && desc.dim(1) == 1));
    return fits ? operand : in(value, tag);
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

  /** Copies between layouts; workers share it. */
  void copy(String name, Operand from, Operand to) {
    Slabs.copy(
        this,
        from,
        to,
        (x, y) -> add(name, new Reorder(x.desc(), y.desc()), Map.of(Arg.SRC, x, Arg.DST, y)));
  }

  /** Adds a step without post-ops, whose operands lie as the operation says. */
  void add(String name, Operation operation, Map<Arg, Operand> operands) {
    builder.add(name, builder.describe(operation, Attributes.NONE), operands);
  }

  /**
   * An operand in the layout that a primitive wants. That may hold more than the elements, sums of
   * them for instance, which no part of a copy could give.
   */
  Operand as(String name, Operand operand, MemoryDesc wanted) {
    if (operand.desc().equals(wanted)) {
      return operand;
    }
    Operand to = builder.temporary(name, wanted);
    add(name, new Reorder(operand.desc(), wanted), Map.of(Arg.SRC, operand, Arg.DST, to));
    return to;
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
      return prepared.lasting().contains(data)
          ? builder.sharedConstant(
              new Origin(data, role), name, wanted, () -> tensor(data, given, arena))
          : builder.constant(name, wanted, tensor(data, given, arena));
    }
  }

  /** Some rows of a matrix of floats, of {@code depth} columns. */
  Operand constantRows(
      String name, TensorData data, long first, long count, long depth, MemoryDesc wanted) {
    MemoryDesc given = Storage.rowMajor(count, depth);
    try (Arena arena = Arena.ofConfined()) {
      Supplier<Tensor> rows =
          () -> {
            Tensor tensor = Tensor.allocate(given, arena);
            long bytes = count * depth * Float.BYTES;
            data.copyTo(first * depth * Float.BYTES, tensor.segment().asSlice(0, bytes));
            return tensor;
          };
      Origin origin = new Origin(data, "rows from " + first + " of " + count);
      return prepared.lasting().contains(data)
          ? builder.sharedConstant(origin, name, wanted, rows)
          : builder.constant(name, wanted, rows.get());
    }
  }

  private static Tensor tensor(TensorData data, MemoryDesc desc, Arena arena) {
    Tensor tensor = Tensor.allocate(desc, arena);
    data.copyTo(0, tensor.segment().asSlice(0, data.element().bytes(data.count())));
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
