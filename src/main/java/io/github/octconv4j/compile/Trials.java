package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.timing.Tournament;
import io.github.octconv4j.timing.Tournament.Rules;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
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
final class Trials implements Tournament.Commons, AutoCloseable {
  private static final int MOST_READY = 4; // descriptors of a plan take megabytes of heap
  private static final Rules RULES = Rules.forAll(5, 15, 2_000_000_000).atOnce(MOST_READY);

  private final Engine engine;
  private final Assembly assembly;
  private final Arena arena = Arena.ofShared();
  private final List<Tensor> inputs;
  private final List<Tensor> outputs;
  private final Runnable entered;
  private final Tournament<Trial> tournament;
  private Constants constants;

  private Trials(Engine engine, Assembly assembly, long most, Runnable entered) {
    this.engine = engine;
    this.entered = entered;
    this.assembly = assembly;
    this.tournament = new Tournament<>(RULES, most, this);
    try {
      this.inputs = assembly.inputDescs().stream().map(this::filled).toList();
      this.outputs = assembly.outputDescs().stream().map(this::filled).toList();
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    this.constants = Constants.of(engine);
  }

  /**
   * Begins trials, or returns null where there is no memory for inputs and outputs.
   *
   * @param memoryLimit most bytes of everything
   * @param entered is called for each plan of a race before it is built
   */
  static @Nullable Trials of(Engine engine, Assembly assembly, long memoryLimit, Runnable entered) {
    long left = memoryLimit - bytes(assembly.inputDescs()) - bytes(assembly.outputDescs());
    if (left <= 0) {
      return null;
    }
    try {
      return new Trials(engine, assembly, left, entered);
    } catch (DnnException e) {
      if (e.status() == Status.OUT_OF_MEMORY) { // the system has less than the limit
        return null;
      }
      throw e;
    }
  }

  private static long bytes(List<MemoryDesc> descs) {
    return descs.stream().mapToLong(MemoryDesc::bytes).sum();
  }

  private Tensor filled(MemoryDesc desc) {
    Tensor tensor = Tensor.allocate(desc, arena);
    if (desc.type() == DataType.F32) {
      tensor.segment().fill((byte) 0x3c); // small numbers
    }
    return tensor;
  }

  /** One way to put the network together, and how long its sections took. */
  final class Trial implements Tournament.Entrant {
    /** The best first; no time makes up for a reference implementation. */
    static final Comparator<Trial> BY_REFERENCES_AND_TIME =
        Comparator.comparingInt(Trial::references).thenComparingDouble(Trial::nanos);

    private final Map<Node, Formulation> choice;
    private final List<long[]> rounds = new ArrayList<>();
    private final Set<Span> references = new HashSet<>();
    private List<Span> spans = List.of();
    private @Nullable CompiledGraph plan; // while it is alive
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
    List<Span> spans() {
      return spans;
    }

    boolean hasReference(Span span) {
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
    double nanos(Span span) {
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
        // The plan counts its outputs, which are ours.
        long ours = Trials.bytes(assembly.outputDescs());
        CompiledGraph built = assembly.build(choice, constants, room + ours);
        plan = built;
        execution = built.program().newExecution("trial of a network");
        bind(execution, built.inputs().values(), inputs);
        bind(execution, built.outputs().values(), outputs);
        spans = built.spans();
        references.clear();
        for (Span span : spans) {
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

    private static void bind(
        Execution execution, Collection<Operand> operands, List<Tensor> tensors) {
      int next = 0;
      for (Operand operand : operands) {
        execution.bind(operand, tensors.get(next++));
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
    for (Trial trial : trials) {
      entered.run();
      tournament.enter(trial);
    }
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
