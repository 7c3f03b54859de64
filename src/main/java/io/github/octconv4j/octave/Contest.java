package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Formulations of one layer that run in turn, all on the same input and into the same output. These
 * two, and the weights and working memory of those that are alive at once, take no more bytes than
 * one plan may: where that is too little for all, they run in heats, of which the fastest stays.
 */
final class Contest implements AutoCloseable {
  private static final int ROUNDS = 12;
  private static final long HEAT_NANOS = 150_000_000;

  private final Builder builder;
  private final Arena arena = Arena.ofShared();
  private final Map<Frequency, MemorySegment> x;
  private final Map<Frequency, MemorySegment> y;
  private final long outputBytes;
  private final ArrayList<Contender> all = new ArrayList<>();
  private final ArrayList<Contender> alive = new ArrayList<>();
  private long left; // bytes

  /** Builds a plan that takes no more than so many bytes. */
  interface Builder {
    OctavePlan build(Formulation formulation, long memoryLimit);
  }

  /** A plan that takes part, or took part. */
  final class Contender {
    private final Formulation formulation;
    private final OctavePlan plan;
    private final OctaveExecution execution;
    private final OctaveTensor input;
    private final OctaveTensor output;
    private double best = Double.POSITIVE_INFINITY;

    private Contender(OctavePlan plan) {
      this.plan = plan;
      this.formulation = plan.formulation();
      this.input = tensor(plan.input(), x);
      this.output = tensor(plan.output(), y);
      this.execution = plan.newTrial();
    }

    Formulation formulation() {
      return formulation;
    }

    /** The shortest time so far. */
    double microseconds() {
      return best;
    }

    private boolean isTimed() {
      return best < Double.POSITIVE_INFINITY;
    }

    /** Times the second of two runs: in a network a layer finds its input in the cache. */
    private void time() {
      execution.run(input, output);
      long start = System.nanoTime();
      execution.run(input, output);
      best = Math.min(best, (System.nanoTime() - start) / 1e3);
    }
  }

  private Contest(
      Builder builder, long left, Map<Frequency, Long> inputs, Map<Frequency, Long> outputs) {
    this.builder = builder;
    this.left = left;
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

  private static OctaveTensor tensor(OctaveDesc desc, Map<Frequency, MemorySegment> parts) {
    return OctaveTensor.of(
        desc.high() == null
            ? null
            : new Tensor(desc.high(), Objects.requireNonNull(parts.get(Frequency.HIGH))),
        desc.low() == null
            ? null
            : new Tensor(desc.low(), Objects.requireNonNull(parts.get(Frequency.LOW))));
  }

  /**
   * Lets a formulation take part, unless it has reference implementations or would take too much
   * memory all alone.
   *
   * @return the steps that have reference implementations; empty where it takes part, null where
   *     there is no memory for it
   */
  @Nullable List<String> add(Formulation formulation) {
    OctavePlan plan = open(formulation);
    if (plan == null && !alive.isEmpty()) {
      race();
      closeAllBut(fastest(alive));
      plan = open(formulation);
    }
    if (plan == null && !alive.isEmpty()) {
      closeAllBut(null); // its time is known
      plan = open(formulation);
    }
    if (plan == null) {
      return null;
    }
    try {
      List<String> references = plan.program().references();
      if (!references.isEmpty()) {
        plan.close();
        return references;
      }
      all.ensureCapacity(all.size() + 1);
      alive.ensureCapacity(alive.size() + 1);
      Contender contender = new Contender(plan);
      left -= plan.bytes();
      all.add(contender);
      alive.add(contender);
      return references;
    } catch (RuntimeException | Error e) {
      plan.close();
      if (isExhaustion(e)) {
        return null;
      }
      throw e;
    }
  }

  /** Builds a plan that finds room beside those that are alive, or returns null. */
  private @Nullable OctavePlan open(Formulation formulation) {
    if (left < 1) {
      return null;
    }
    try {
      return builder.build(formulation, left + outputBytes); // which are counted as the plan's too
    } catch (DnnException e) {
      if (isExhaustion(e)) {
        return null;
      }
      throw e;
    }
  }

  private static boolean isExhaustion(Throwable e) {
    return e instanceof DnnException dnn && dnn.status() == Status.OUT_OF_MEMORY;
  }

  /** Round after round, the slow ones leave; what counts is the shortest time of each. */
  private void race() {
    if (alive.stream().allMatch(Contender::isTimed)) {
      return;
    }
    List<Contender> running = new ArrayList<>(alive);
    long end = System.nanoTime() + HEAT_NANOS;
    for (int round = 0; round < ROUNDS && (round == 0 || System.nanoTime() < end); round++) {
      running.forEach(Contender::time);
      double best = fastest(running).best;
      double margin = round < 3 ? 1.4 : 1.08;
      if (round > 0) {
        running.removeIf(contender -> contender.best > margin * best);
      }
    }
  }

  private static Contender fastest(List<Contender> contenders) {
    return contenders.stream().min(Comparator.comparingDouble(c -> c.best)).orElseThrow();
  }

  private void closeAllBut(@Nullable Contender kept) {
    for (int i = alive.size() - 1; i >= 0; i--) { // allocates nothing: the heap may be full
      Contender contender = alive.get(i);
      if (contender != kept) {
        alive.remove(i);
        left += contender.plan.bytes();
        contender.execution.close();
        contender.plan.close();
      }
    }
  }

  /** Returns how many take part, or took part. */
  int size() {
    return all.size();
  }

  /** Returns all, timed, in the order in which they came. */
  List<Contender> contenders() {
    race();
    return all;
  }

  /** Returns the fastest one's plan, which the caller closes; there must be one. */
  OctavePlan winner(long memoryLimit) {
    race();
    Contender fastest = fastest(all);
    boolean lives = alive.contains(fastest);
    closeAllBut(lives ? fastest : null);
    if (!lives) {
      return builder.build(fastest.formulation, memoryLimit);
    }
    alive.clear();
    fastest.execution.close();
    return fastest.plan;
  }

  /** Frees everything but the winner's plan. */
  @Override
  public void close() {
    closeAllBut(null);
    arena.close();
  }
}
