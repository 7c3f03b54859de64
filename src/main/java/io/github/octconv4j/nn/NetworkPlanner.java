package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Formulation;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses a formulation for each octave convolution of a network. It builds the whole network
 * several times, each time with another candidate everywhere, and lets it run: so each layer is
 * timed where it will work, with its input as the layer before left it in the caches.
 */
final class NetworkPlanner {
  private static final int MOST_CANDIDATES = 10;
  private static final int RUNS = 7;
  private static final double REFERENCE_PENALTY = 1e9;
  private static final long BUDGET_NANOS = 400_000_000; // for the runs of one candidate

  private final Engine engine;
  private final NetworkGraph graph;
  private final int batch;
  private final PlanOptions options;
  private final Weights weights;
  private final Constants constants;
  private final Map<Node, List<Formulation>> possible = new LinkedHashMap<>();

  NetworkPlanner(
      Engine engine,
      NetworkGraph graph,
      int batch,
      PlanOptions options,
      Parameters parameters,
      Constants constants) {
    this.engine = engine;
    this.graph = graph;
    this.batch = batch;
    this.options = options;
    this.weights = new Weights(parameters);
    this.constants = constants;
    for (Node node : graph.nodes()) {
      if (node.layer() instanceof ConvolutionLayer conv && conv.stride() == 1) {
        List<Formulation> all =
            OctaveProgramBuilder.formulations(conv.spec(), shape(conv.input()), options);
        possible.put(node, all.subList(0, Math.min(MOST_CANDIDATES, all.size())));
      }
    }
  }

  private OctaveShape shape(OctaveShape s) {
    return new OctaveShape(batch, s.height(), s.width(), s.lowHeight(), s.lowWidth());
  }

  /** Returns the plan; the caller closes it. */
  NetworkPlan plan(boolean traced) {
    return build(formulations(), traced);
  }

  private Map<Node, Formulation> formulations() {
    Map<Node, Formulation> chosen = new HashMap<>();
    if (options.tuning() == Tuning.OFF && options.threads() == 1) {
      return chosen; // the default everywhere
    }
    if (options.tuning() != Tuning.MEASURED) {
      return withoutReferences();
    }
    for (Map.Entry<Node, List<Formulation>> entry : possible.entrySet()) {
      Optional<Formulation> kept = options.choices().find(key(entry.getKey()), entry.getValue());
      kept.ifPresent(formulation -> chosen.put(entry.getKey(), formulation));
    }
    return chosen.size() == possible.size() ? chosen : measured();
  }

  /** The first of each layer, or the first that has no reference implementation in it. */
  private Map<Node, Formulation> withoutReferences() {
    Map<Node, Integer> at = new HashMap<>();
    possible.keySet().forEach(node -> at.put(node, 0));
    boolean changed = true;
    while (changed) {
      changed = false;
      try (NetworkPlan plan = build(choice(at), false)) {
        for (NetworkPlan.Span span : plan.spans()) {
          Integer index = at.get(span.node());
          if (index != null
              && hasReference(plan, span)
              && index + 1 < possible.get(span.node()).size()) {
            at.put(span.node(), index + 1);
            changed = true;
          }
        }
      }
    }
    return choice(at);
  }

  private Map<Node, Formulation> choice(Map<Node, Integer> at) {
    Map<Node, Formulation> choice = new HashMap<>();
    at.forEach((node, index) -> choice.put(node, possible.get(node).get(index)));
    return choice;
  }

  private static boolean hasReference(NetworkPlan plan, NetworkPlan.Span span) {
    return plan.program().steps(span.first(), span.end()).stream().anyMatch(StepInfo::reference);
  }

  /** Times every candidate in the network and keeps the best of each kind of layer. */
  private Map<Node, Formulation> measured() {
    Map<String, Map<Formulation, Double>> times = new HashMap<>();
    int rounds = possible.values().stream().mapToInt(List::size).max().orElse(0);
    for (int round = 0; round < rounds; round++) {
      Map<Node, Formulation> candidates = new HashMap<>();
      for (Map.Entry<Node, List<Formulation>> entry : possible.entrySet()) {
        candidates.put(entry.getKey(), entry.getValue().get(round % entry.getValue().size()));
      }
      try (NetworkPlan plan = build(candidates, false)) {
        time(plan, times);
      }
    }
    Map<Node, Formulation> chosen = new HashMap<>();
    for (Node node : possible.keySet()) {
      Formulation best =
          times.get(key(node)).entrySet().stream()
              .min(Map.Entry.comparingByValue())
              .orElseThrow()
              .getKey();
      chosen.put(node, best);
      options.choices().put(key(node), best);
    }
    return chosen;
  }

  /** Adds the times of a run; the shorter one counts where a candidate was timed before. */
  private void time(NetworkPlan plan, Map<String, Map<Formulation, Double>> times) {
    Map<String, Map<Formulation, Double>> sums = new HashMap<>();
    long[] sections = profile(plan);
    for (NetworkPlan.Span span : plan.spans()) {
      if (span.formulation() != null) {
        double nanos = hasReference(plan, span) ? REFERENCE_PENALTY : 0;
        for (int s = span.first(); s < span.end(); s++) {
          nanos += sections[s];
        }
        sums.computeIfAbsent(key(span.node()), key -> new HashMap<>())
            .merge(span.formulation(), nanos, Double::sum);
      }
    }
    sums.forEach(
        (key, map) ->
            map.forEach(
                (formulation, nanos) ->
                    times
                        .computeIfAbsent(key, k -> new HashMap<>())
                        .merge(formulation, nanos, Math::min)));
  }

  private static long[] profile(NetworkPlan plan) {
    try (Execution execution = plan.program().newExecution();
        Arena arena = Arena.ofShared()) {
      for (Operand operand : List.of(plan.input(), plan.output())) {
        Tensor tensor = Tensor.allocate(operand.desc(), arena);
        tensor.segment().fill((byte) 0x3c); // small numbers
        execution.bind(operand, tensor);
      }
      long start = System.nanoTime();
      execution.run();
      long once = System.nanoTime() - start;
      execution.run();
      return execution.profileSections(Math.clamp(BUDGET_NANOS / once, 1, RUNS));
    }
  }

  private NetworkPlan build(Map<Node, Formulation> formulations, boolean traced) {
    try (PlanBuilder builder =
        new PlanBuilder(engine, graph, batch, options, weights, formulations, constants)) {
      return builder.build(traced);
    }
  }

  /** Everything that a choice depends on, in one line. */
  private String key(Node node) {
    ConvolutionLayer conv = (ConvolutionLayer) node.layer();
    return "in a network | %s | %s | %s | %s %s %d threads"
        .formatted(
            conv.spec(),
            shape(conv.input()),
            conv.activation(),
            options.type(),
            options.fpMath(),
            options.threads());
  }
}
