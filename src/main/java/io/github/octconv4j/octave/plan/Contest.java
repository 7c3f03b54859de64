package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Tournament;
import io.github.octconv4j.timing.Tournament.Rules;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tournament of the formulations of one layer, all on the same input and into the same output.
 * These two, and the weights and working memory of those that are ready at once, take no more bytes
 * than one plan may.
 */
final class Contest implements AutoCloseable {
  private static final Rules RULES = new Rules(1, 12, 150_000_000, 1.4, 1.08);

  private final Builder builder;
  private final Arena arena = Arena.ofShared();
  private final Map<Frequency, MemorySegment> x;
  private final Map<Frequency, MemorySegment> y;
  private final long outputBytes;
  private final Tournament<Contender> tournament;
  private final ArrayList<Contender> all = new ArrayList<>();

  /** Builds a plan that takes no more than so many bytes. */
  interface Builder {
    CompiledLayer build(Formulation formulation, long memoryLimit);
  }

  /** A formulation that takes part, or took part; what counts is the shortest time. */
  final class Contender implements Tournament.Entrant {
    private final Formulation formulation;
    private List<String> references = List.of();
    private @Nullable CompiledLayer plan; // while it is ready
    private @Nullable Trial trial;
    private double best = Double.POSITIVE_INFINITY;

    private Contender(Formulation formulation) {
      this.formulation = formulation;
    }

    Formulation formulation() {
      return formulation;
    }

    @Override
    public boolean open(long room) {
      CompiledLayer built = null;
      try {
        built = builder.build(formulation, room + outputBytes); // which count as the plan's too
        references = built.program().references();
        trial = new Trial(built, x, y);
        plan = built;
        return true;
      } catch (RuntimeException | Error e) {
        if (built != null) {
          built.close();
        }
        if (e instanceof DnnException dnn && dnn.status() == Status.OUT_OF_MEMORY) {
          return false;
        }
        throw e;
      }
    }

    @Override
    public long bytes() {
      return plan == null ? 0 : plan.bytes(1);
    }

    /** Times the second of two runs: in a network a layer finds its input in the cache. */
    @Override
    public void time() {
      Trial running = Objects.requireNonNull(trial, "trial");
      running.run();
      long start = System.nanoTime();
      running.run();
      best = Math.min(best, (double) (System.nanoTime() - start));
    }

    @Override
    public boolean isTimed() {
      return best < Double.POSITIVE_INFINITY;
    }

    @Override
    public double nanos() {
      return best;
    }

    @Override
    public void close() {
      endTrial();
      if (plan != null) {
        plan.close();
        plan = null;
      }
    }

    /** Leaves the plan alone. */
    private @Nullable CompiledLayer endTrial() {
      if (trial != null) {
        trial.execution.close();
        trial = null;
      }
      return plan;
    }
  }

  /** A plan bound to the contest's memory; its runs say in flight recordings that they measure. */
  private static final class Trial {
    private final Execution execution;
    private final Map<Operand, Tensor> bindings = new LinkedHashMap<>();

    Trial(CompiledLayer plan, Map<Frequency, MemorySegment> x, Map<Frequency, MemorySegment> y) {
      add(plan.input(), x);
      add(plan.output(), y);
      this.execution = plan.program().newExecution("trial of " + plan.name());
    }

    private void add(CompiledLayer.Ends ends, Map<Frequency, MemorySegment> parts) {
      parts.forEach(
          (frequency, memory) -> {
            Operand operand = Objects.requireNonNull(ends.part(frequency));
            bindings.put(operand, new Tensor(operand.desc(), memory));
          });
    }

    void run() {
      bindings.forEach(execution::bind);
      execution.run();
    }
  }

  private Contest(
      Builder builder, long left, Map<Frequency, Long> inputs, Map<Frequency, Long> outputs) {
    this.builder = builder;
    this.tournament = new Tournament<>(RULES, left, Tournament.Commons.NONE);
    this.outputBytes = outputs.values().stream().mapToLong(Long::longValue).sum();
    try {
      this.x = allocate(inputs);
      this.y = allocate(outputs);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Begins a contest, or returns null where there is no memory for one.
   *
   * @param input where layouts are left open they are those of the contenders
   * @param output likewise
   * @param options whose memory limit holds for everything
   */
  static @Nullable Contest of(
      Builder builder, OctaveDesc input, OctaveDesc output, PlanOptions options) {
    Map<Frequency, Long> inputs = sizes(input, options);
    Map<Frequency, Long> outputs = sizes(output, options);
    long left = options.memoryLimit();
    for (Map<Frequency, Long> sizes : List.of(inputs, outputs)) {
      for (long bytes : sizes.values()) {
        if (bytes >= left) {
          return null;
        }
        left -= bytes;
      }
    }
    try {
      return new Contest(builder, left, inputs, outputs);
    } catch (OutOfMemoryError e) { // the system has less than the limit
      return null;
    }
  }

  private static Map<Frequency, Long> sizes(OctaveDesc desc, PlanOptions options) {
    ToLongFunction<MemoryDesc> bytes =
        part -> {
          long most = part.isAny() ? 0 : part.bytes();
          for (Layout layout : part.isAny() ? Layout.values() : new Layout[0]) {
            most = Math.max(most, layout.desc(options.type(), part.dims()).bytes());
          }
          return most;
        };
    Map<Frequency, Long> sizes = new EnumMap<>(Frequency.class);
    if (desc.high() != null) {
      sizes.put(Frequency.HIGH, bytes.applyAsLong(desc.high()));
    }
    if (desc.low() != null) {
      sizes.put(Frequency.LOW, bytes.applyAsLong(desc.low()));
    }
    return sizes;
  }

  private Map<Frequency, MemorySegment> allocate(Map<Frequency, Long> sizes) {
    Map<Frequency, MemorySegment> parts = new EnumMap<>(Frequency.class);
    sizes.forEach(
        (frequency, bytes) -> {
          MemorySegment part = arena.allocate(Math.max(1, bytes), Tensor.ALIGNMENT);
          part.fill((byte) 0x3c); // small numbers in each floating-point type
          parts.put(frequency, part);
        });
    return parts;
  }

  /**
   * Lets a formulation take part, unless it has reference implementations or would take too much
   * memory all alone.
   *
   * @return the steps that have reference implementations; empty where it takes part, null where
   *     there is no memory for it
   */
  @Nullable List<String> add(Formulation formulation) {
    all.ensureCapacity(all.size() + 1);
    Contender contender = new Contender(formulation);
    if (!tournament.enter(contender)) {
      return null;
    }
    if (contender.references.isEmpty()) {
      all.add(contender);
    } else {
      tournament.leave(contender);
    }
    return contender.references;
  }

  /** Returns how many take part, or took part. */
  int size() {
    return all.size();
  }

  /** Returns all, timed, in the order in which they came. */
  List<Contender> contenders() {
    tournament.race();
    return all;
  }

  /** Returns the fastest one's plan, which the caller closes; there must be one. */
  CompiledLayer winner(long memoryLimit) {
    tournament.race();
    Contender fastest = Tournament.fastest(all);
    CompiledLayer plan = fastest.endTrial();
    if (plan != null) {
      tournament.release(fastest);
      return plan;
    }
    tournament.close();
    return builder.build(fastest.formulation, memoryLimit);
  }

  /** Frees everything but the winner's plan. */
  @Override
  public void close() {
    tournament.close();
    arena.close();
  }
}
