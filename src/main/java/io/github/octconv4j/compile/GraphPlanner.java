package io.github.octconv4j.compile;

import io.github.octconv4j.compile.Trials.Trial;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.Formulations;
import io.github.octconv4j.recording.PlanChoiceEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a formulation for each layer of a graph. It builds the whole graph several times, each
 * time with another candidate everywhere, and lets it run: so each layer is timed where it will
 * work, with its input as the layer before left it in the caches. All of that takes no more memory
 * than one plan may; where nothing can be run within it, the cost model decides.
 */
final class GraphPlanner {
  private static final int MOST_CANDIDATES = 8;
  private static final int FEW_CANDIDATES = 2; // of layers that take less time than to build them
  private static final long SMALL = 5_000_000;
  private static final int FINALISTS = 2;
  private static final String KEPT = "KEPT"; // measured before

  private final Engine engine;
  private final PlanOptions options;
  private final Assembly assembly;
  private final Constants constants;
  private final Map<Node, List<Formulation>> possible = new LinkedHashMap<>();

  /**
   * Begins.
   *
   * @param plans whether formulations are chosen also without octave convolution
   */
  GraphPlanner(
      Engine engine,
      Prepared prepared,
      GraphCompiler.ImageLayout images,
      PlanOptions options,
      Constants constants,
      boolean plans) {
    this.engine = engine;
    this.options = options;
    this.constants = constants;
    boolean planned =
        (plans || prepared.isOctave()) && (options.threads() == 1 || prepared.workers() > 1);
    boolean several = planned && options.tuning() == Tuning.MEASURED;
    LayerWeights weights = new LayerWeights(prepared.head(), several);
    this.assembly = new Assembly(engine, prepared, images, options, weights);
    for (Node node : prepared.head().nodes()) {
      Layer layer = prepared.layers().get(node);
      if (planned
          && layer != null
          && layer.spec().strideRule() != StrideRule.MOVE_KERNEL
          && !prepared.placement().isShared(layer)) {
        List<Formulation> all = Formulation.candidates(layer.spec(), layer.input(), options);
        long multiplyAdds = layer.spec().multiplyAdds(layer.input());
        int most = multiplyAdds < SMALL ? FEW_CANDIDATES : MOST_CANDIDATES;
        possible.put(node, all.subList(0, Math.min(most, all.size())));
      }
    }
  }

  /** Returns the plan; the caller closes it. */
  CompiledGraph plan() {
    Map<Node, PlanChoiceEvent> events = new HashMap<>();
    if (FlightRecorder.isInitialized()) {
      possible.keySet().forEach(node -> events.put(node, PlanChoiceEvent.begun()));
    }
    Chosen chosen = chosen();
    boolean measured = chosen.way.equals(Tuning.MEASURED.name());
    for (Span span : chosen.plan.spans()) {
      PlanChoiceEvent event = events.get(span.node());
      if (event != null) {
        int count = possibleOf(span.node()).size();
        event.commit(
            () -> key(span.node()),
            options.type().name(),
            () -> Objects.requireNonNullElse(span.formulation(), Formulation.DEFAULT).toString(),
            chosen.way,
            count,
            measured ? count + 1 : 0); // and the default
      }
    }
    return chosen.plan;
  }

  /** A plan and how its formulations were chosen. */
  private record Chosen(CompiledGraph plan, String way) {}

  private Chosen chosen() {
    try {
      return choose();
    } catch (DnnException e) {
      if (e.status() != Status.OUT_OF_MEMORY || options.tuning() == Tuning.OFF) {
        throw e;
      }
      return new Chosen(build(Map.of()), Tuning.OFF.name()); // the default may take less
    }
  }

  private Chosen choose() {
    return switch (options.tuning()) {
      case OFF -> new Chosen(build(Map.of()), Tuning.OFF.name()); // the default everywhere
      case HEURISTIC -> new Chosen(withoutReferences(), Tuning.HEURISTIC.name());
      case MEASURED -> {
        Map<Node, Formulation> kept = kept();
        if (kept != null) {
          yield new Chosen(build(kept), KEPT);
        }
        Map<Node, Formulation> measured = measured();
        yield measured == null
            ? new Chosen(withoutReferences(), Tuning.HEURISTIC.name())
            : new Chosen(build(measured), Tuning.MEASURED.name());
      }
    };
  }

  /** What was measured before, or null where it is not known of each layer. */
  private @Nullable Map<Node, Formulation> kept() {
    Map<Node, Formulation> chosen = new HashMap<>();
    for (Map.Entry<Node, List<Formulation>> entry : possible.entrySet()) {
      List<Formulation> choosable = new ArrayList<>(entry.getValue());
      choosable.add(Formulation.DEFAULT); // with which the others are compared
      Optional<Formulation> kept =
          Formulations.kept(options.choices(), key(entry.getKey()), choosable);
      kept.ifPresent(formulation -> chosen.put(entry.getKey(), formulation));
    }
    return chosen.size() == possible.size() ? chosen : null;
  }

  /** The first of each layer, or the first that has no reference implementation in it. */
  private CompiledGraph withoutReferences() {
    Map<Node, Integer> at = new HashMap<>();
    possible.keySet().forEach(node -> at.put(node, 0));
    CompiledGraph plan = build(choice(at));
    while (moveOn(at, plan)) {
      plan.close();
      plan = build(choice(at));
    }
    return plan;
  }

  /** Goes on to the next candidate where a plan has references; whether there was one. */
  private boolean moveOn(Map<Node, Integer> at, CompiledGraph plan) {
    boolean changed = false;
    for (Span span : plan.spans()) {
      Integer index = at.get(span.node());
      if (index != null && hasReference(plan, span) && index + 1 < possibleOf(span.node()).size()) {
        at.put(span.node(), index + 1);
        changed = true;
      }
    }
    return changed;
  }

  private Map<Node, Formulation> choice(Map<Node, Integer> at) {
    Map<Node, Formulation> choice = new HashMap<>();
    at.forEach((node, index) -> choice.put(node, possibleOf(node).get(index)));
    return choice;
  }

  private List<Formulation> possibleOf(Node node) {
    return possible.getOrDefault(node, List.of());
  }

  private static boolean hasReference(CompiledGraph plan, Span span) {
    return plan.program().steps(span.first(), span.end()).stream().anyMatch(StepInfo::reference);
  }

  /**
   * Times every candidate in the network and takes the best of each kind of layer. Sums of small
   * differences may be noise, and layers share pools: so the result must also be faster, as a
   * whole, than each network that has one candidate everywhere and no more reference
   * implementations.
   *
   * @return null where there is no memory to run any
   */
  private @Nullable Map<Node, Formulation> measured() {
    int most = possible.values().stream().mapToInt(List::size).max().orElse(0);
    Measuring progress =
        Measuring.begin(options.progress(), possible.size(), most + 1, FINALISTS + 1);
    try (Trials trials = Trials.of(engine, assembly, options.memoryLimit(), progress::step)) {
      if (trials == null) {
        return null;
      }
      List<Trial> all = new ArrayList<>();
      for (int i = -1; i < most; i++) {
        Map<Node, Formulation> candidates = new HashMap<>();
        for (Map.Entry<Node, List<Formulation>> entry : possible.entrySet()) {
          List<Formulation> each = entry.getValue();
          candidates.put(entry.getKey(), i < 0 ? Formulation.DEFAULT : each.get(i % each.size()));
        }
        all.add(trials.new Trial(candidates));
      }
      trials.race(all);
      all.removeIf(trial -> !trial.isTimed());
      if (all.isEmpty()) {
        return null;
      }
      Map<String, Formulation> best = times(all).best();
      Map<Node, Formulation> mixed = new HashMap<>();
      possible
          .keySet()
          .forEach(node -> mixed.put(node, best.getOrDefault(key(node), Formulation.DEFAULT)));
      all.sort(Trial.BY_REFERENCES_AND_TIME);
      List<Trial> finalists = new ArrayList<>(all.subList(0, Math.min(FINALISTS, all.size())));
      finalists.add(trials.new Trial(mixed));
      trials.race(finalists);
      finalists.removeIf(trial -> !trial.isTimed());
      Map<Node, Formulation> chosen =
          finalists.stream().min(Trial.BY_REFERENCES_AND_TIME).orElseThrow().choice();
      chosen.forEach(
          (node, formulation) -> options.choices().put(key(node), formulation.toString()));
      progress.end();
      return chosen;
    }
  }

  private LayerTimes times(List<Trial> trials) {
    LayerTimes times = new LayerTimes();
    for (Trial trial : trials) {
      List<LayerTimes.Timed> layers = new ArrayList<>();
      for (Span span : trial.spans()) {
        if (span.formulation() != null) {
          layers.add(
              new LayerTimes.Timed(
                  key(span.node()),
                  span.formulation(),
                  trial.nanos(span),
                  trial.hasReference(span)));
        }
      }
      times.add(layers);
    }
    return times;
  }

  private CompiledGraph build(Map<Node, Formulation> formulations) {
    return assembly.build(formulations, constants, options.memoryLimit());
  }

  /** Everything that a choice depends on, in one line. */
  private String key(Node node) {
    Layer layer = Objects.requireNonNull(assembly.prepared().layers().get(node));
    return String.format(
        Locale.ROOT,
        "in a network | %s | %s | %s | %s %s %d threads",
        layer.spec(),
        layer.input(),
        layer.activation(),
        options.type(),
        options.fpMath(),
        options.threads());
  }
}
