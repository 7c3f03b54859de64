package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.PlanCache;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Runs a {@link Network} on batches of images, one thread at a time. A run in the predictor's own
 * memory allocates nothing. It keeps its network's plan alive until it is closed.
 */
public final class Predictor implements AutoCloseable {
  private final Network network;
  private final PlanCache<NetworkPlan>.Lease lease;
  private final Arena arena = Arena.ofShared();
  private final Execution execution;
  private final Tensor input;
  private final Tensor output;
  private final Map<String, Tensor> traces = new LinkedHashMap<>();
  private boolean closed;

  Predictor(Network network, PlanCache<NetworkPlan>.Lease lease) {
    this.network = network;
    this.lease = lease;
    NetworkPlan plan = lease.plan();
    this.execution = plan.program().newExecution();
    this.input = bind(plan.input());
    this.output = bind(plan.output());
    plan.traces().forEach((name, operand) -> traces.put(name, bind(operand)));
  }

  private Tensor bind(Operand operand) {
    Tensor tensor = Tensor.allocate(operand.desc(), arena);
    execution.bind(operand, tensor);
    return tensor;
  }

  /** Returns the memory of the images, (n, c, h, w) floats, to be filled before {@link #run()}. */
  public Tensor input() {
    return input;
  }

  /** Returns the memory of the results, (n, classes, 1, 1) floats, which {@link #run()} fills. */
  public Tensor output() {
    return output;
  }

  /** Runs the network from {@link #input()} to {@link #output()}. */
  public void run() {
    execution.run();
  }

  /**
   * Runs the network on a copy of the images.
   *
   * @param images normalised, (n, c, h, w) row by row
   * @return the results, (n, classes) row by row
   */
  public float[] run(float[] images) {
    Objects.requireNonNull(images, "images");
    input.set(images);
    run();
    return output.floats();
  }

  /**
   * Runs the network on a copy of one image.
   *
   * @param image normalised, (c, h, w) row by row
   * @return the classes by their probability
   */
  public Classification classify(float[] image) {
    Objects.requireNonNull(image, "image");
    if (input.desc().dim(0) != 1) {
      throw new IllegalStateException(
          "classify takes single images, this predictor has batches of " + input.desc().dim(0));
    }
    return Classification.ofLogits(network.info().labels(), run(image));
  }

  /**
   * Returns what a layer gave in the last run of a tracing predictor, (n, c, h, w) floats.
   *
   * @param layer name of the layer with {@code .h} or {@code .l} for its high or low part
   */
  public Tensor trace(String layer) {
    Tensor tensor = traces.get(layer);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no trace of %s, there are %s".formatted(layer, traces.keySet()));
    }
    return tensor;
  }

  /**
   * Returns what {@link #trace} takes, in the layers' order; empty if this is no tracing predictor.
   */
  public Set<String> traces() {
    return Collections.unmodifiableSet(traces.keySet());
  }

  /** Returns what runs, in order. */
  public List<StepInfo> steps() {
    return lease.plan().program().steps();
  }

  /** Returns the multiply-adds of one run. */
  public long multiplyAdds() {
    return lease.plan().program().multiplyAdds();
  }

  /**
   * Frees the predictor's memory.
   *
   * @throws IllegalStateException if another thread is running it; nothing is freed then
   */
  @Override
  public void close() {
    if (!closed) {
      arena.close();
      closed = true;
      execution.close();
      lease.close();
    }
  }
}
