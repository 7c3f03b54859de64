package io.github.octconv4j.trial;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Runner;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;

/**
 * A layer with a plan, random weights and data, ready to run. Layouts are what the plan likes, as
 * for a layer inside a network. For one thread.
 */
public final class LayerRunner implements Runner, AutoCloseable {
  private final int threads;
  private final OctaveLayer layer;
  private final OctavePlan plan;
  private final OctaveExecution execution;
  private final Arena arena = Arena.ofShared();
  private final OctaveTensor x;
  private final OctaveTensor y;

  private LayerRunner(OctaveLayer layer, OctavePlan plan, int threads) {
    this.threads = threads;
    this.layer = layer;
    this.plan = plan;
    try {
      RandomData data = new RandomData();
      this.x = data.tensor(plan.input(), arena);
      this.y = data.tensor(plan.output(), arena);
      this.execution = plan.newExecution();
    } catch (RuntimeException | Error e) {
      plan.close();
      arena.close();
      throw e;
    }
  }

  /** Plans a layer, with or without bias. */
  public static LayerRunner of(
      Engine engine, OctaveConv2d spec, OctaveShape input, boolean bias, PlanOptions options) {
    OctaveLayer layer = spec.on(engine, new RandomData().weights(spec, bias), options);
    try {
      OctavePlan plan = layer.plan(OctaveDesc.any(spec.in(), input), OutputFormat.ANY);
      return new LayerRunner(layer, plan, options.threads());
    } catch (RuntimeException | Error e) {
      layer.close();
      throw e;
    }
  }

  /** Returns the plan; it is closed with this. */
  public OctavePlan plan() {
    return plan;
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
    return threads > 1 && plan.formulation().contains("threads primitives") ? OPENMP : "";
  }

  @Override
  public void close() {
    execution.close();
    plan.close();
    layer.close();
    arena.close();
  }
}
