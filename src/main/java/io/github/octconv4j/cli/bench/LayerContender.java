package io.github.octconv4j.cli.bench;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanCandidate;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Runner;
import io.github.octconv4j.trial.LayerRunner;
import io.github.octconv4j.trial.RandomData;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * A layer with a plan, weights and data, ready to run. Layouts are what the plan likes, as for a
 * layer inside a network. For one thread.
 */
public final class LayerContender implements Runner, AutoCloseable {
  private final PlanOptions options;
  private final List<PlanCandidate> considered;
  private final LayerRunner runner;

  private LayerContender(PlanOptions options, List<PlanCandidate> considered, LayerRunner runner) {
    this.options = options;
    this.considered = considered;
    this.runner = runner;
  }

  /** Plans the layer with this alpha on both sides; 0 is the dense layer. */
  public static LayerContender of(
      Engine engine, LayerShape shape, double alpha, PlanOptions options) {
    return of(engine, shape, alpha, options, List.of());
  }

  /** Plans the same and keeps what the planner considered. */
  public static LayerContender explained(
      Engine engine, LayerShape shape, double alpha, PlanOptions options) {
    OctaveConv2d spec = shape.spec(alpha);
    try (OctaveLayer layer =
        spec.on(engine, new RandomData().weights(spec, shape.bias()), options)) {
      // Explaining keeps the choice in the options, so that the plan is the one that is explained.
      List<PlanCandidate> considered =
          layer.explain(OctaveDesc.any(spec.in(), shape.size()), OutputFormat.ANY);
      return of(engine, shape, alpha, options, considered);
    }
  }

  private static LayerContender of(
      Engine engine,
      LayerShape shape,
      double alpha,
      PlanOptions options,
      List<PlanCandidate> considered) {
    OctaveConv2d spec = shape.spec(alpha);
    return new LayerContender(
        options, considered, LayerRunner.of(engine, spec, shape.size(), shape.bias(), options));
  }

  /** Returns the plan; it is closed with this. */
  public OctavePlan plan() {
    return runner.plan();
  }

  /** Returns how it was planned. */
  public PlanOptions options() {
    return options;
  }

  /**
   * Returns the formulations that were considered, once each; empty unless this is explained. Where
   * nothing but reference implementations exists, the plan's own was rejected first and taken then.
   */
  public List<PlanCandidate> considered() {
    return considered.stream()
        .filter(c -> c.chosen() || !c.formulation().equals(plan().formulation()))
        .toList();
  }

  /** Returns how many steps have only a slow reference implementation. */
  public int references() {
    return (int) plan().steps().stream().filter(step -> step.reference()).count();
  }

  /** Returns the median time of each step in nanoseconds. */
  public long[] profile(int runs) {
    return runner.profile(runs);
  }

  /** Runs once and writes plan, data and results to a file that needs no Java. */
  public void export(OutputStream out) throws IOException {
    runner.export(out);
  }

  @Override
  public void run() {
    runner.run();
  }

  @Override
  public String team() {
    return runner.team();
  }

  @Override
  public void close() {
    runner.close();
  }
}
