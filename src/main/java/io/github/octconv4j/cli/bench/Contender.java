package io.github.octconv4j.cli.bench;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.Formulation.Sharing;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctavePlanner;
import io.github.octconv4j.octave.OctavePlanner.Considered;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.RandomData;
import io.github.octconv4j.timing.Runner;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A layer with a plan, weights and data, ready to run. Layouts are what the plan likes, as for a
 * layer inside a network. For one thread.
 */
public final class Contender implements Runner, AutoCloseable {
  private final PlanOptions options;
  private final OctaveLayer layer;
  private final List<Considered> considered;
  private final OctavePlan plan;
  private final OctaveExecution execution;
  private final Arena arena;
  private final OctaveTensor x;
  private final OctaveTensor y;

  private Contender(
      PlanOptions options,
      OctaveLayer layer,
      List<Considered> considered,
      OctavePlan plan,
      Arena arena) {
    this.options = options;
    this.layer = layer;
    this.considered = considered;
    this.plan = plan;
    this.arena = arena;
    RandomData data = new RandomData();
    this.x = data.tensor(plan.input(), arena);
    this.y = data.tensor(plan.output(), arena);
    this.execution = plan.newExecution();
  }

  /** Plans the layer with this alpha on both sides; 0 is the dense layer. */
  public static Contender of(Engine engine, LayerShape shape, double alpha, PlanOptions options) {
    return of(engine, shape, alpha, options, false);
  }

  /** Plans the same and keeps what the planner considered. */
  public static Contender explained(
      Engine engine, LayerShape shape, double alpha, PlanOptions options) {
    return of(engine, shape, alpha, options, true);
  }

  private static Contender of(
      Engine engine, LayerShape shape, double alpha, PlanOptions options, boolean explained) {
    OctaveConv2d spec = shape.spec(alpha);
    OctaveLayer layer = spec.on(engine, new RandomData().weights(spec, shape.bias()), options);
    OctavePlanner planner =
        layer.planner(OctaveDesc.any(spec.in(), shape.size()), OutputFormat.ANY);
    OctavePlan plan = null;
    Arena arena = Arena.ofShared();
    try {
      // Explaining keeps the choice in the options, so that the plan is the one that is explained.
      List<Considered> considered = explained ? planner.explain() : List.of();
      plan = planner.plan();
      return new Contender(options, layer, considered, plan, arena);
    } catch (RuntimeException | Error e) {
      if (plan != null) {
        plan.close();
      }
      layer.close();
      arena.close();
      throw e;
    }
  }

  /** Returns the plan; it is closed with this. */
  public OctavePlan plan() {
    return plan;
  }

  /** Returns how it was planned. */
  public PlanOptions options() {
    return options;
  }

  /**
   * Returns the formulations that were considered, once each; empty unless this is explained. Where
   * nothing but reference implementations exists, the plan's own was rejected first and taken then.
   */
  public List<Considered> considered() {
    return considered.stream()
        .filter(c -> c.chosen() || !c.formulation().equals(plan.formulation()))
        .toList();
  }

  /** Returns how many steps have only a slow reference implementation. */
  public int references() {
    return (int) plan.steps().stream().filter(step -> step.reference()).count();
  }

  /** Returns the median time of each step in nanoseconds. */
  public long[] profile(int runs) {
    return execution.profile(x, y, runs);
  }

  /** Runs once and writes plan, data and results to a file that needs no Java. */
  public void export(OutputStream out) throws IOException {
    execution.export(x, y, out);
  }

  @Override
  public void run() {
    execution.run(x, y);
  }

  @Override
  public String team() {
    return options.threads() > 1 && plan.formulation().sharing() == Sharing.PRIMITIVES
        ? OPENMP
        : "";
  }

  @Override
  public void close() {
    execution.close();
    plan.close();
    layer.close();
    arena.close();
  }
}
