package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Formulation;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plans of one network that run in turn, all on the same input and into the same output. These two,
 * and the weights and working memory of the plans that are alive at once, take no more bytes than
 * one plan may: where that is too little for all, they run in heats.
 *
 * <p>Weights are those of the trials, once in each layout that they want, and not the network's: of
 * the many layouts that are tried only the chosen ones stay.
 */
final class NetworkTrials implements AutoCloseable {
  private static final int MOST_ALIVE =
      4; // descriptors of a plan of 50 layers take megabytes of heap
  private static final int FEWEST_ROUNDS = 5;
  private static final int MOST_ROUNDS = 15;
  private static final long HEAT_NANOS = 2_000_000_000; // for the runs of all that are alive

  private final Engine engine;
  private final Builder builder;
  private final Arena arena = Arena.ofShared();
  private final Tensor input;
  private final Tensor output;
  private final long most; // bytes of weights and working memory
  private final Runnable entered;
  private final List<Trial> alive = new ArrayList<>();
  private Constants constants;

  /** Builds a plan with formulations that takes no more than so many bytes. */
  interface Builder {
    NetworkPlan build(Map<Node, Formulation> choice, Constants constants, long memoryLimit);
  }

  private NetworkTrials(
      Engine engine,
      Builder builder,
      MemoryDesc input,
      MemoryDesc output,
      long most,
      Runnable entered) {
    this.engine = engine;
    this.entered = entered;
    this.builder = builder;
    this.most = most;
    try {
      this.input = filled(input);
      this.output = filled(output);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    this.constants = Constants.of(engine);
  }

  /**
   * Begins trials, or returns null where there is no memory for input and output.
   *
   * @param memoryLimit most bytes of everything
   * @param entered is called for each plan of a race before it is built
   */
  static @Nullable NetworkTrials of(
      Engine engine,
      Builder builder,
      MemoryDesc input,
      MemoryDesc output,
      long memoryLimit,
      Runnable entered) {
    long left = memoryLimit - input.bytes();
    if (left <= output.bytes()) {
      return null;
    }
    try {
      return new NetworkTrials(engine, builder, input, output, left - output.bytes(), entered);
    } catch (DnnException e) {
      if (e.status() == Status.OUT_OF_MEMORY) { // the system has less than the limit
        return null;
      }
      throw e;
    }
  }

  private Tensor filled(MemoryDesc desc) {
    Tensor tensor = Tensor.allocate(desc, arena);
    tensor.segment().fill((byte) 0x3c); // small numbers
    return tensor;
  }

  /** One way to put the network together, and how long its sections took. */
  final class Trial {
    /** The best first; no time makes up for a reference implementation. */
    static final Comparator<Trial> BY_REFERENCES_AND_TIME =
        Comparator.comparingInt(Trial::references).thenComparingDouble(Trial::nanos);

    private final Map<Node, Formulation> choice;
    private final List<long[]> rounds = new ArrayList<>();
    private final Set<NetworkPlan.Span> references = new HashSet<>();
    private List<NetworkPlan.Span> spans = List.of();
    private @Nullable NetworkPlan plan; // while it is alive
    private @Nullable Execution execution;

    Trial(Map<Node, Formulation> choice) {
      this.choice = choice;
    }

    Map<Node, Formulation> choice() {
      return choice;
    }

    boolean isTimed() {
      return !rounds.isEmpty();
    }

    /** The layers' sections. */
    List<NetworkPlan.Span> spans() {
      return spans;
    }

    boolean hasReference(NetworkPlan.Span span) {
      return references.contains(span);
    }

    /** How many layers have one. */
    private int references() {
      return references.size();
    }

    /** The median of all times. */
    double nanos() {
      long[] sums = rounds.stream().mapToLong(sections -> Arrays.stream(sections).sum()).toArray();
      Arrays.sort(sums);
      return sums[sums.length / 2];
    }

    /** The median of a layer's times. */
    double nanos(NetworkPlan.Span span) {
      return rounds.stream()
          .mapToLong(sections -> Arrays.stream(sections, span.first(), span.end()).sum())
          .sorted()
          .skip(rounds.size() / 2)
          .findFirst()
          .orElseThrow();
    }

    private void live(NetworkPlan built) {
      plan = built;
      execution = built.program().newExecution("trial of a network");
      execution.bind(built.input(), input);
      execution.bind(built.output(), output);
      spans = built.spans();
      references.clear();
      for (NetworkPlan.Span span : spans) {
        if (built.program().steps(span.first(), span.end()).stream()
            .anyMatch(StepInfo::reference)) {
          references.add(span);
        }
      }
    }

    /** Times the second of two runs. */
    private void time() {
      if (execution != null) {
        execution.run();
        rounds.add(execution.profileSections(1));
      }
    }

    private long workingBytes() {
      return plan == null ? 0 : plan.program().temporaryBytes();
    }

    private void end() {
      if (execution != null) {
        execution.close();
        execution = null;
      }
      if (plan != null) {
        plan.close();
        plan = null;
      }
    }
  }

  /**
   * Runs all of these in turn, so that whatever else the machine does meets all of them alike, as
   * many at once as there is memory for. What takes too much all alone is not timed. Others that
   * were alive are ended.
   */
  void race(List<Trial> trials) {
    for (Trial trial : List.copyOf(alive)) {
      if (!trials.contains(trial)) {
        end(trial);
      }
    }
    List<Trial> heat = new ArrayList<>();
    trials.forEach(trial -> trial.rounds.clear());
    for (Trial trial : trials) {
      entered.run();
      if (!enter(trial) && !heat.isEmpty()) {
        run(heat);
        heat.clear();
        List.copyOf(alive).forEach(this::end);
        renewConstants();
        enter(trial);
      }
      if (alive.contains(trial)) {
        heat.add(trial);
      }
    }
    run(heat);
  }

  private static void run(List<Trial> heat) {
    long end = System.nanoTime() + HEAT_NANOS;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      if (round >= FEWEST_ROUNDS && System.nanoTime() > end) {
        return;
      }
      heat.forEach(Trial::time);
    }
  }

  /** Whether a trial is alive, or could be made so beside those that are. */
  private boolean enter(Trial trial) {
    if (alive.contains(trial)) {
      return true;
    }
    long taken = constants.bytes() + alive.stream().mapToLong(Trial::workingBytes).sum();
    if (alive.size() == MOST_ALIVE || taken >= most) {
      return false;
    }
    try {
      // The plan counts its output, which is ours.
      trial.live(builder.build(trial.choice, constants, most - taken + output.desc().bytes()));
      alive.add(trial);
      return true;
    } catch (DnnException e) {
      trial.end();
      if (e.status() == Status.OUT_OF_MEMORY) {
        return false;
      }
      throw e;
    } catch (RuntimeException | Error e) {
      trial.end();
      throw e;
    }
  }

  private void end(Trial trial) {
    alive.remove(trial);
    trial.end();
  }

  private void renewConstants() {
    constants.close();
    constants = Constants.of(engine);
  }

  @Override
  public void close() {
    for (int i = 0; i < alive.size(); i++) { // no iterator: the heap may be full
      alive.get(i).end();
    }
    constants.close();
    arena.close();
  }
}
