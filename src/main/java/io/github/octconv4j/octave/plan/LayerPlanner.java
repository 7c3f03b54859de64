package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanCandidate;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.octave.plan.Formulation.Sharing;
import io.github.octconv4j.recording.PlanBuildEvent;
import io.github.octconv4j.recording.PlanChoiceEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how an octave convolution is put together. It lists the possible {@link Formulation}s,
 * drops those that a cost model rules out and those with a reference implementation of oneDNN in
 * them, and times the rest. Thread-safe.
 */
public final class LayerPlanner {
  private static final int MOST_TIMED = 16;
  private static final int FEWEST_TIMED = 6;
  private static final double MICROSECONDS_OF_A_ROUND = 60_000;
  private static final double HOPELESS = 1.6; // times the best prediction
  private static final long BUILD_BUDGET_NANOS = 150_000_000;

  private final Engine engine;
  private final OctaveConv2d spec;
  private final PathWeights weights;
  private final Activation activation;
  private final OctaveDesc input;
  private final OutputFormat output;
  private final PlanOptions options;

  /** Makes a planner for one convolution and one size and layout of data. */
  public LayerPlanner(
      Engine engine,
      OctaveConv2d spec,
      PathWeights weights,
      Activation activation,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options) {
    this.engine = engine;
    this.spec = spec;
    this.weights = weights;
    this.activation = activation;
    this.input = input;
    this.output = output;
    this.options = options;
  }

  /** Returns the best plan by the options' way to choose; the caller closes it. */
  public CompiledLayer plan() {
    PlanChoiceEvent event = FlightRecorder.isInitialized() ? PlanChoiceEvent.begun() : null;
    if (options.tuning() == Tuning.OFF) {
      return chosen(
          event, build(Formulation.DEFAULT, options.memoryLimit()), Tuning.OFF.name(), 1, 0);
    }
    List<Formulation> possible = byPrediction();
    if (options.tuning() == Tuning.HEURISTIC) {
      return chosen(
          event, firstWithoutReference(possible), Tuning.HEURISTIC.name(), possible.size(), 0);
    }
    for (String key : List.of(key(), limitedKey())) {
      CompiledLayer kept =
          Formulations.kept(options.choices(), key, possible)
              .map(this::buildIfThereIsRoom)
              .orElse(null);
      if (kept != null) {
        return chosen(event, kept, "KEPT", possible.size(), 0);
      }
    }
    List<PlanCandidate> considered = new ArrayList<>();
    CompiledLayer best = measure(possible, considered);
    int timed = (int) considered.stream().filter(PlanCandidate::measured).count();
    Tuning way = timed > 0 ? Tuning.MEASURED : Tuning.HEURISTIC;
    return chosen(event, best, way.name(), possible.size(), timed);
  }

  private CompiledLayer chosen(
      @Nullable PlanChoiceEvent event, CompiledLayer plan, String way, int possible, int timed) {
    if (event != null) {
      event.commit(
          this::key,
          options.type().name(),
          () -> plan.formulation().toString(),
          way,
          possible,
          timed);
    }
    plan.program().warnOfReferences(this::key);
    return plan;
  }

  /**
   * Measures afresh and returns everything that was considered: the chosen one first, then what was
   * run, then what was not because it has reference implementations or is predicted to be slow; the
   * fastest of each first. The choice is kept. Where the memory limit leaves no room to run
   * anything, nothing is measured.
   */
  public List<PlanCandidate> explain() {
    List<PlanCandidate> considered = new ArrayList<>();
    List<Formulation> possible = byPrediction();
    measure(possible, considered).close();
    CostModel model = new CostModel(spec, OctaveSizes.shape(input, spec), options);
    for (Formulation formulation : possible) {
      if (considered.stream().noneMatch(c -> c.formulation().equals(formulation.toString()))) {
        considered.add(
            new PlanCandidate(
                formulation.toString(),
                model.microseconds(formulation),
                Double.NaN,
                List.of(),
                false));
      }
    }
    considered.sort(
        Comparator.comparing(PlanCandidate::chosen)
            .thenComparing(PlanCandidate::measured)
            .reversed()
            .thenComparingDouble(LayerPlanner::known));
    return considered;
  }

  /** The time to compare by: the measured one where there is one. */
  private static double known(PlanCandidate candidate) {
    return candidate.measured() ? candidate.microseconds() : candidate.predictedMicroseconds();
  }

  /** All possible formulations, the one that is predicted fastest first. */
  private List<Formulation> byPrediction() {
    OctaveShape shape = OctaveSizes.shape(input, spec);
    CostModel model = new CostModel(spec, shape, options);
    List<Formulation> all = Candidates.all(spec, shape, options);
    all.sort(Comparator.comparingDouble(model::microseconds));
    return all;
  }

  private CompiledLayer firstWithoutReference(List<Formulation> possible) {
    for (Formulation formulation : possible) {
      CompiledLayer plan = buildIfThereIsRoom(formulation);
      if (plan != null && plan.program().references().isEmpty()) {
        return plan;
      }
      if (plan != null) {
        plan.close();
      }
    }
    return build(Formulation.DEFAULT, options.memoryLimit());
  }

  /** Returns a plan, or null if it would take more than the limit or the system has. */
  private @Nullable CompiledLayer buildIfThereIsRoom(Formulation formulation) {
    try {
      return build(formulation, options.memoryLimit());
    } catch (DnnException e) {
      if (e.status() == Status.OUT_OF_MEMORY) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Times the promising ones in turn, as many at once as the memory limit allows, and returns the
   * fastest plan. Where there is no room to run any, the cost model decides.
   *
   * @param considered gets those that were run, and those that have reference implementations
   */
  private CompiledLayer measure(List<Formulation> possible, List<PlanCandidate> considered) {
    try (Contest contest = Contest.of(this::build, input, outputDesc(), options)) {
      if (contest == null) {
        return predicted(possible, considered);
      }
      boolean limited = enter(contest, possible, considered);
      if (contest.size() == 0) { // no room, or nothing but reference implementations
        return predicted(possible, considered);
      }
      List<Contest.Contender> contenders = contest.contenders();
      CompiledLayer best = contest.winner(options.memoryLimit());
      CostModel model = new CostModel(spec, OctaveSizes.shape(input, spec), options);
      for (Contest.Contender contender : contenders) {
        considered.add(
            new PlanCandidate(
                contender.formulation().toString(),
                model.microseconds(contender.formulation()),
                contender.nanos() / 1e3,
                List.of(),
                contender.formulation().equals(best.formulation())));
      }
      options.choices().put(limited ? limitedKey() : key(), best.formulation().toString());
      return best;
    }
  }

  /** The first of those that are predicted fastest, without a run. */
  private CompiledLayer predicted(List<Formulation> possible, List<PlanCandidate> considered) {
    CompiledLayer plan = firstWithoutReference(possible);
    CostModel model = new CostModel(spec, OctaveSizes.shape(input, spec), options);
    String formulation = plan.formulation().toString();
    considered.removeIf(c -> c.formulation().equals(formulation));
    considered.add(
        new PlanCandidate(
            formulation,
            model.microseconds(plan.formulation()),
            Double.NaN,
            plan.program().references(),
            true));
    return plan;
  }

  /**
   * Lets the promising ones take part as far as time allows.
   *
   * @param considered gets those that have reference implementations
   * @return whether memory was too little for one of them
   */
  private boolean enter(
      Contest contest, List<Formulation> possible, List<PlanCandidate> considered) {
    CostModel model = new CostModel(spec, OctaveSizes.shape(input, spec), options);
    double hopeless = HOPELESS * model.microseconds(possible.getFirst());
    long enough = System.nanoTime() + BUILD_BUDGET_NANOS;
    boolean limited = false;
    for (Formulation formulation : promising(possible, model, hopeless)) {
      if (contest.size() >= FEWEST_TIMED && System.nanoTime() > enough) {
        break;
      }
      List<String> references = contest.add(formulation);
      if (references == null) {
        limited = true;
      } else if (!references.isEmpty()) {
        considered.add(
            new PlanCandidate(
                formulation.toString(),
                model.microseconds(formulation),
                Double.NaN,
                references,
                false));
      }
    }
    return limited;
  }

  /** What the results will be, with layouts left open that the plan may choose. */
  private OctaveDesc outputDesc() {
    OctaveShape shape = spec.outputShape(OctaveSizes.shape(input, spec));
    return new OctaveDesc(outputDesc(Frequency.HIGH, shape), outputDesc(Frequency.LOW, shape));
  }

  private @Nullable MemoryDesc outputDesc(Frequency frequency, OctaveShape shape) {
    int channels = spec.out().of(frequency);
    return channels == 0
        ? null
        : MemoryDesc.of(output.type(), output.layout(), Geometry.dims(shape, frequency, channels));
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

  private CompiledLayer build(Formulation formulation, long memoryLimit) {
    PlanBuildEvent event = FlightRecorder.isInitialized() ? PlanBuildEvent.begun() : null;
    CompiledLayer plan =
        CompiledLayer.build(
            engine,
            spec,
            weights,
            activation,
            input,
            output,
            options.memoryLimit(memoryLimit),
            formulation);
    if (event != null) {
      event.commit(
          spec::toString,
          input::toString,
          options.type().name(),
          formulation::toString,
          plan.program());
    }
    return plan;
  }

  /** What a choice depends on where the memory limit has kept some from taking part. */
  private String limitedKey() {
    return String.format(Locale.ROOT, "%s | within %d bytes", key(), options.memoryLimit());
  }

  /** Everything that a choice depends on, in one line. */
  private String key() {
    return String.format(
        Locale.ROOT,
        "%s%s | %s | %s | %s %s %d threads",
        spec,
        activation == Activation.NONE ? "" : " " + activation,
        input,
        output,
        options.type(),
        options.fpMath(),
        options.threads());
  }
}
