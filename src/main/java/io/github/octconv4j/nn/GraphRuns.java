package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.PlanStatistics;
import io.github.octconv4j.octave.plan.PlanCache;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs of a graph by the names of its inputs and outputs. The first run with new sizes builds a
 * plan for them; the plans used last are kept. Thread-safe.
 */
final class GraphRuns implements AutoCloseable {
  private final Computation computation;
  private final PlanOptions options;
  private final Turns turns;
  private final PlanCache<CompiledGraph> cache;
  private final IdleRunners<GraphRunner> idle;

  /** What a plan is: shown in events, so that it names the network. */
  private record Key(String network, Map<String, List<Long>> sizes, PlanOptions options) {
    @Override
    public String toString() {
      return network + " of " + sizes + ", " + options;
    }
  }

  GraphRuns(Computation computation, PlanOptions options, Turns turns, int plans, long bytes) {
    this.computation = computation;
    this.options = options;
    this.turns = turns;
    this.cache =
        new PlanCache<>("Network", plans, bytes, CompiledGraph::bytes, CompiledGraph::close);
    this.idle = new IdleRunners<>(Math.max(plans, turns.most()), bytes);
  }

  private Graph graph() {
    return computation.graph();
  }

  /** Runs on tensors, into new ones whose memory the garbage collector frees. */
  Map<String, Tensor> run(Map<String, Tensor> inputs) {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    run(
        inputs,
        compiled -> {
          for (String name : graph().outputs()) {
            MemoryDesc desc = desc("output", name, compiled.type(name));
            outputs.put(name, Tensor.allocate(desc, Arena.ofAuto()));
          }
          return outputs;
        });
    return outputs;
  }

  /** Runs on tensors, into given ones. */
  void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    run(
        inputs,
        compiled -> {
          requireNames("outputs", outputs, graph().outputs());
          for (String name : graph().outputs()) {
            MemoryDesc wanted = desc("output", name, compiled.type(name));
            requireDesc("output", name, tensor(outputs, name), wanted);
          }
          return outputs;
        });
  }

  private void run(
      Map<String, Tensor> inputs, Function<CompiledGraph, Map<String, Tensor>> outputs) {
    requireNames("inputs", inputs, names());
    Map<String, long[]> sizes = new LinkedHashMap<>();
    for (Value input : graph().inputs()) {
      long[] dims = tensor(inputs, input.name()).desc().dims();
      List<?> expected = input.type().dims();
      sizes.put(input.name(), expected != null && expected.isEmpty() ? new long[0] : dims);
    }
    with(
        sizes,
        runner -> {
          CompiledGraph compiled = runner.compiled();
          if (!compiled.isWhole()) {
            throw new IllegalStateException(
                String.format(
                    Locale.ROOT,
                    "network %s has outputs whose sizes only a run tells; use compute, which gives them any",
                    Printable.text(computation.name())));
          }
          for (String name : names()) {
            MemoryDesc wanted = desc("input", name, compiled.type(name));
            requireDesc("input", name, tensor(inputs, name), wanted);
          }
          Map<String, Tensor> results = outputs.apply(compiled);
          runner.run(execution -> execution.run(inputs, results));
        });
  }

  /** Runs on elements of any type, which are copied. */
  Map<String, TensorData> compute(Map<String, TensorData> inputs) {
    requireNames("inputs", inputs, names());
    Map<String, long[]> sizes = new LinkedHashMap<>();
    for (Value input : graph().inputs()) {
      TensorData data = Objects.requireNonNull(inputs.get(input.name()), "value of inputs");
      if (data.element() != input.type().element()) {
        throw wrong("input", input.name(), String.valueOf(input.type()), data.type());
      }
      sizes.put(input.name(), data.dims());
    }
    Map<String, TensorData> outputs = new LinkedHashMap<>();
    with(sizes, runner -> runner.run(execution -> outputs.putAll(execution.run(inputs))));
    return outputs;
  }

  private List<String> names() {
    return graph().inputs().stream().map(Value::name).toList();
  }

  /** Uses a runner that no other thread has meanwhile, when its turn has come. */
  private void with(Map<String, long[]> sizes, Consumer<GraphRunner> task) {
    Map<String, List<Long>> boxed = new LinkedHashMap<>();
    sizes.forEach((name, dims) -> boxed.put(name, Arrays.stream(dims).boxed().toList()));
    Key key = new Key(Printable.text(computation.name()), boxed, options);
    turns.take(
        () -> {
          GraphRunner waiting = idle.poll(key);
          GraphRunner runner =
              waiting == null ? new GraphRunner(lease(key, sizes), computation.name()) : waiting;
          try {
            task.accept(runner);
          } finally {
            idle.offer(key, runner);
          }
          return runner;
        });
  }

  private PlanCache<CompiledGraph>.Lease lease(Key key, Map<String, long[]> sizes) {
    return cache.get(
        key,
        () -> {
          CompiledGraph plan = computation.compile(sizes, options);
          plan.program().warnOfReferences(() -> "network " + Printable.text(computation.name()));
          return plan;
        });
  }

  private void requireNames(String what, Map<String, ?> given, List<String> expected) {
    Checks.entries(what, given);
    if (!given.keySet().equals(new HashSet<>(expected))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s has the %s [%s], given were [%s]",
              Printable.text(computation.name()),
              what,
              Printable.list(expected),
              Printable.list(given.keySet())));
    }
  }

  private static Tensor tensor(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), "value of tensors");
  }

  private void requireDesc(String what, String name, Tensor tensor, MemoryDesc wanted) {
    if (!tensor.desc().equals(wanted)) {
      throw wrong(what, name, wanted.toString(), tensor.desc());
    }
    if (!tensor.segment().scope().isAlive()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "network %s: the memory of %s %s was freed: its arena is closed; keep the arena open until the last use has ended, and take a tensor of an open one",
              Printable.text(computation.name()),
              what,
              Printable.text(name)));
    }
  }

  private IllegalArgumentException wrong(String what, String name, String expected, Object given) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "network %s: %s %s must be %s, was %s",
            Printable.text(computation.name()),
            what,
            Printable.text(name),
            Printable.text(expected),
            given));
  }

  /** How a tensor of a value lies: row by row, a scalar as one element of one dimension. */
  private MemoryDesc desc(String what, String name, TensorType type) {
    DataType data = dataType(type.element());
    long[] sizes = type.sizes();
    boolean fits = data != null && sizes.length <= 6;
    if (data == null || !fits || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "network %s: %s %s is %s, which a Tensor can't hold; use compute",
              Printable.text(computation.name()),
              what,
              Printable.text(name),
              type));
    }
    return sizes.length == 0
        ? MemoryDesc.of(data, FormatTag.A, 1)
        : MemoryDesc.of(data, FormatTag.rowMajor(sizes.length), sizes);
  }

  private static @Nullable DataType dataType(ElementType element) {
    return switch (element) {
      case F32 -> DataType.F32;
      case F64 -> DataType.F64;
      case F16 -> DataType.F16;
      case BF16 -> DataType.BF16;
      case I32 -> DataType.S32;
      case I8 -> DataType.S8;
      case U8, BOOL -> DataType.U8;
      default -> null;
    };
  }

  PlanStatistics statistics() {
    return cache.statistics();
  }

  @Override
  public void close() {
    idle.close();
    cache.close();
  }
}
