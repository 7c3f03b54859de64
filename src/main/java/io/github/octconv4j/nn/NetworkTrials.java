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
import io.github.octconv4j.timing.Tournament;
import io.github.octconv4j.timing.Tournament.Rules;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tournaments of plans of one network, all on the same input and into the same output. These two,
 * and the weights and working memory of the plans that are ready at once, take no more bytes than
 * one plan may.
 *
 * <p>Weights are those of the trials, once in each layout that they want, and not the network's: of
 * the many layouts that are tried only the chosen ones stay.
 */
final class NetworkTrials implements Tournament.Commons, AutoCloseable {
  private static final Rules RULES = Rules.forAll(5, 15, 2_000_000_000);

  private final Engine engine;
  private final Builder builder;
  private final Arena arena = Arena.ofShared();
  private final Tensor input;
  private final Tensor output;
  private final Tournament<Trial> tournament;
  private Constants constants;

  /** Builds a plan with formulations that takes no more than so many bytes. */
  interface Builder {
    NetworkPlan build(Map<Node, Formulation> choice, Constants constants, long memoryLimit);
  }

  private NetworkTrials(
      Engine engine, Builder builder, MemoryDesc input, MemoryDesc output, long most) {
    this.engine = engine;
    this.builder = builder;
    this.tournament = new Tournament<>(RULES, most, this);
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
   */
  static @Nullable NetworkTrials of(
      Engine engine, Builder builder, MemoryDesc input, MemoryDesc output, long memoryLimit) {
    long left = memoryLimit - input.bytes();
    if (left <= output.bytes()) {
      return null;
    }
    try {
      return new NetworkTrials(engine, builder, input, output, left - output.bytes());
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
  final class Trial implements Tournament.Entrant {
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

    @Override
    public boolean isTimed() {
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
    @Override
    public double nanos() {
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

    @Override
    public boolean open(long room) {
      try {
        // The plan counts its output, which is ours.
        NetworkPlan built = builder.build(choice, constants, room + output.desc().bytes());
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
        return true;
      } catch (RuntimeException | Error e) {
        close();
        if (e instanceof DnnException dnn && dnn.status() == Status.OUT_OF_MEMORY) {
          return false;
        }
        throw e;
      }
    }

    /** Times the second of two runs. */
    @Override
    public void time() {
      Execution running = Objects.requireNonNull(execution, "execution");
      running.run();
      rounds.add(running.profileSections(1));
    }

    @Override
    public long bytes() {
      return plan == null ? 0 : plan.program().temporaryBytes();
    }

    @Override
    public void close() {
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

  /** Times all of these anew and closes others. What takes too much all alone is not timed. */
  void race(List<Trial> trials) {
    tournament.keep(trials);
    trials.forEach(trial -> trial.rounds.clear());
    trials.forEach(tournament::enter);
    tournament.race();
  }

  /** The bytes of the weights that trials share. */
  @Override
  public long bytes() {
    return constants.bytes();
  }

  /** Forgets weights in layouts that no trial wants any more. */
  @Override
  public void renew() {
    constants.close();
    constants = Constants.of(engine);
  }

  @Override
  public void close() {
    tournament.close();
    constants.close();
    arena.close();
  }
}
