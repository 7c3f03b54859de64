package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Formulation.Sharing;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Chooses how an octave convolution is put together. It lists the possible {@link Formulation}s,
 * drops those that a cost model rules out and those with a reference implementation of oneDNN in
 * them, and times the rest. Thread-safe.
 *
 * @since 0.1.0
 */
public final class OctavePlanner {
  private static final int MOST_TIMED = 16;
  private static final int FEWEST_TIMED = 6;
  private static final double MICROSECONDS_OF_A_ROUND = 60_000;
  private static final double HOPELESS = 1.6; // times the best prediction
  private static final int ROUNDS = 12;
  private static final long BUILD_BUDGET_NANOS = 150_000_000;
  private static final long RACE_BUDGET_NANOS = 150_000_000;

  private final Engine engine;
  private final OctaveConv2d spec;
  private final OctaveWeights weights;
  private final OctaveDesc input;
  private final OutputFormat output;
  private final PlanOptions options;

  /**
   * A formulation that was considered.
   *
   * @param formulation how the plan would be put together
   * @param microseconds the shortest time measured, the predicted one where nothing was run
   * @param measured whether it was run
   * @param references steps that have only a slow reference implementation
   * @param chosen whether it was taken
   */
  public record Considered(
      Formulation formulation,
      double microseconds,
      boolean measured,
      List<String> references,
      boolean chosen) {
    /** Copies the list. */
    public Considered {
      Objects.requireNonNull(formulation, "formulation");
      Objects.requireNonNull(references, "references")
          .forEach(step -> Objects.requireNonNull(step, "element of references"));
      references = List.copyOf(references);
    }
  }

  /** A plan that takes part in the measurement. */
  private static final class Contender implements AutoCloseable {
    private final OctavePlan plan;
    private final OctaveExecution execution;
    private final OctaveTensor x;
    private final OctaveTensor y;
    private double best = Double.POSITIVE_INFINITY;

    Contender(OctavePlan plan, Arena arena) {
      this.plan = plan;
      this.execution = plan.newTrial();
      this.x = filled(plan.input(), arena);
      this.y = filled(plan.output(), arena);
    }

    private static OctaveTensor filled(OctaveDesc desc, Arena arena) {
      OctaveTensor tensor = OctaveTensor.allocate(desc, arena);
      for (Frequency frequency : Frequency.values()) {
        Tensor part = tensor.part(frequency);
        if (part != null) {
          part.segment().fill((byte) 0x3c); // small numbers in each floating-point type
        }
      }
      return tensor;
    }

    /** Times the second of two runs: in a network a layer finds its input in the cache. */
    void time() {
      execution.run(x, y);
      long start = System.nanoTime();
      execution.run(x, y);
      best = Math.min(best, (System.nanoTime() - start) / 1e3);
    }

    @Override
    public void close() {
      execution.close();
    }
  }

  /** Makes a planner for one convolution and one size and layout of data. */
  OctavePlanner(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options) {
    this.engine = engine;
    this.spec = spec;
    this.weights = weights;
    this.input = input;
    this.output = output;
    this.options = options;
  }

  /** Returns the best plan by the options' way to choose; the caller closes it. */
  public OctavePlan plan() {
    PlanChoiceEvent event = new PlanChoiceEvent();
    event.begin();
    if (options.tuning() == Tuning.OFF) {
      return chosen(event, build(Formulation.DEFAULT), Tuning.OFF.name(), 1, 0);
    }
    List<Formulation> possible = byPrediction();
    if (options.tuning() == Tuning.HEURISTIC) {
      return chosen(
          event, firstWithoutReference(possible), Tuning.HEURISTIC.name(), possible.size(), 0);
    }
    Optional<Formulation> kept = options.choices().find(key(), possible);
    if (kept.isPresent()) {
      return chosen(event, build(kept.get()), "KEPT", possible.size(), 0);
    }
    List<Considered> considered = new ArrayList<>();
    OctavePlan best = measure(possible, considered);
    int timed = (int) considered.stream().filter(Considered::measured).count();
    return chosen(event, best, Tuning.MEASURED.name(), possible.size(), timed);
  }

  private OctavePlan chosen(
      PlanChoiceEvent event, OctavePlan plan, String way, int possible, int timed) {
    event.commit(this::key, plan, way, possible, timed);
    plan.program().warnOfReferences(key());
    return plan;
  }

  /**
   * Measures afresh and returns everything that was considered: the chosen one first, then what was
   * run, then what was not because it has reference implementations or is predicted to be slow; the
   * fastest of each first. The choice is kept.
   */
  public List<Considered> explain() {
    List<Considered> considered = new ArrayList<>();
    List<Formulation> possible = byPrediction();
    measure(possible, considered).close();
    CostModel model = new CostModel(spec, input.shape(spec), options);
    for (Formulation formulation : possible) {
      if (considered.stream().noneMatch(c -> c.formulation().equals(formulation))) {
        considered.add(
            new Considered(formulation, model.microseconds(formulation), false, List.of(), false));
      }
    }
    considered.sort(
        Comparator.comparing(Considered::chosen)
            .thenComparing(Considered::measured)
            .reversed()
            .thenComparingDouble(Considered::microseconds));
    return considered;
  }

  /** All possible formulations, the one that is predicted fastest first. */
  private List<Formulation> byPrediction() {
    OctaveShape shape = input.shape(spec);
    CostModel model = new CostModel(spec, shape, options);
    List<Formulation> all = Candidates.all(spec, shape, options);
    all.sort(Comparator.comparingDouble(model::microseconds));
    return all;
  }

  private OctavePlan firstWithoutReference(List<Formulation> possible) {
    for (Formulation formulation : possible) {
      OctavePlan plan = build(formulation);
      if (plan.program().references().isEmpty()) {
        return plan;
      }
      plan.close();
    }
    return build(Formulation.DEFAULT);
  }

  /** Times the promising ones in turn and returns the fastest plan. */
  private OctavePlan measure(List<Formulation> possible, List<Considered> considered) {
    List<Contender> contenders = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      try {
        build(possible, arena, contenders, considered);
        Contender best = race(contenders);
        for (Contender contender : contenders) {
          considered.add(
              new Considered(
                  contender.plan.formulation(),
                  contender.best,
                  true,
                  contender.plan.program().references(),
                  contender == best));
        }
        options.choices().put(key(), best.plan.formulation());
        contenders.forEach(Contender::close);
        contenders.stream().filter(c -> c != best).forEach(c -> c.plan.close());
        return best.plan;
      } catch (RuntimeException | Error e) {
        contenders.forEach(Contender::close);
        contenders.forEach(c -> c.plan.close());
        throw e;
      }
    }
  }

  /**
   * Builds the promising ones as far as time allows, and the default where each of them has a
   * reference implementation.
   *
   * @param contenders gets those that are to be run
   * @param considered gets those that have reference implementations
   */
  private void build(
      List<Formulation> possible,
      Arena arena,
      List<Contender> contenders,
      List<Considered> considered) {
    CostModel model = new CostModel(spec, input.shape(spec), options);
    double hopeless = HOPELESS * model.microseconds(possible.getFirst());
    long enough = System.nanoTime() + BUILD_BUDGET_NANOS;
    for (Formulation formulation : promising(possible, model, hopeless)) {
      if (contenders.size() >= FEWEST_TIMED && System.nanoTime() > enough) {
        break;
      }
      OctavePlan plan = build(formulation);
      List<String> references = plan.program().references();
      if (references.isEmpty()) {
        contenders.add(new Contender(plan, arena));
      } else {
        considered.add(
            new Considered(formulation, model.microseconds(formulation), false, references, false));
        plan.close();
      }
    }
    if (contenders.isEmpty()) {
      contenders.add(new Contender(build(Formulation.DEFAULT), arena));
    }
  }

  private static List<Formulation> promising(
      List<Formulation> possible, CostModel model, double hopeless) {
    return possible.stream()
        .filter(f -> model.microseconds(f) <= hopeless)
        .limit(Math.clamp((long) (MICROSECONDS_OF_A_ROUND / hopeless), FEWEST_TIMED, MOST_TIMED))
        // Last, because OpenMP's idle threads spin for a while and would disturb the others.
        .sorted(Comparator.comparing(f -> f.sharing() == Sharing.PRIMITIVES))
        .toList();
  }

  /** Round after round, the slow ones leave; what counts is the shortest time of each. */
  private Contender race(List<Contender> contenders) {
    List<Contender> running = new ArrayList<>(contenders);
    long end = System.nanoTime() + RACE_BUDGET_NANOS;
    for (int round = 0; round < ROUNDS && (round == 0 || System.nanoTime() < end); round++) {
      running.forEach(Contender::time);
      double best = running.stream().mapToDouble(c -> c.best).min().orElseThrow();
      double margin = round < 3 ? 1.4 : 1.08;
      if (round > 0) {
        running.removeIf(c -> c.best > margin * best);
      }
    }
    return running.stream().min(Comparator.comparingDouble(c -> c.best)).orElseThrow();
  }

  private OctavePlan build(Formulation formulation) {
    PlanBuildEvent event = new PlanBuildEvent();
    event.begin();
    OctavePlan plan = OctavePlan.build(engine, spec, weights, input, output, options, formulation);
    event.commit(spec, input, plan);
    return plan;
  }

  /** Everything that a choice depends on, in one line. */
  private String key() {
    return String.format(
        Locale.ROOT,
        "%s | %s | %s | %s %s %d threads",
        spec,
        input,
        output,
        options.type(),
        options.fpMath(),
        options.threads());
  }
}
