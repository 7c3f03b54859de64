package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.octave.plan.PlanCache;
import io.github.octconv4j.text.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a {@link Network} on batches of images, one thread at a time. A run in the predictor's own
 * memory allocates nothing. It keeps its network's plan alive until it is closed.
 *
 * <p>Images must be finite. NaN or an infinity in one goes through convolutions into all channels
 * around it and becomes NaN on the way, and an activation or maximum may hide it again: oneDNN's
 * ReLU makes 0 of NaN, so that the results can look like any others. {@code
 * input().requireFinite("images")} between {@link #set} and {@link #run()} refuses them; pictures
 * are finite always.
 *
 * @since 0.1.0
 */
public final class Predictor implements AutoCloseable {
  private final Network network;
  private final PlanCache<NetworkPlan>.Lease lease;
  private final Execution execution;
  private final ImageBatch input;
  private final Tensor output;
  private final Map<String, Tensor> traces = new LinkedHashMap<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * A layer of the plan.
   *
   * @param name of the layer
   * @param formulation how an octave convolution is put together, empty for other layers
   * @param microseconds median time of a run, with all that the layer alone has
   * @param steps what it runs
   */
  public record LayerTime(
      String name, String formulation, double microseconds, List<StepInfo> steps) {
    /** Checks and copies the list. */
    public LayerTime {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(formulation, "formulation");
      Checks.elements("steps", steps);
      steps = List.copyOf(steps);
    }
  }

  Predictor(Network network, PlanCache<NetworkPlan>.Lease lease) {
    this.network = network;
    this.lease = lease;
    NetworkPlan plan = lease.plan();
    // The lease ends with the execution, also where both were forgotten.
    this.execution = plan.program().newExecution(network.info().name(), lease::close);
    try {
      this.input = new ImageBatch(execution.allocate(plan.input()), network.info());
      this.output = execution.allocate(plan.output());
      plan.traces()
          .forEach(
              (name, operand) ->
                  traces.put(
                      name, operand == plan.output() ? output : execution.allocate(operand)));
    } catch (RuntimeException | Error e) {
      execution.close();
      throw e;
    }
  }

  /**
   * Returns the memory of the images, to be filled before {@link #run()}: (n, c, h, w) floats with
   * channels innermost, so that pixel by pixel the channels lie side by side. {@link #set} and
   * {@link #setImage} fill it from other layouts.
   */
  public Tensor input() {
    return input.tensor();
  }

  /**
   * Returns the memory of the results, which {@link #run()} fills: (n, classes, 1, 1) floats, or
   * (n, classes) of a graph whose output has these dimensions.
   */
  public Tensor output() {
    return output;
  }

  private void runAndCount() {
    execution.run();
    lease.countRun();
  }

  /** Runs the network from {@link #input()} to {@link #output()}. */
  public void run() {
    enter();
    try {
      runAndCount();
    } finally {
      exit();
    }
  }

  /**
   * Runs the network on a copy of the images.
   *
   * @param images normalised, (n, c, h, w) row by row; finite, or else anything may come out
   * @return the results, (n, classes) row by row
   */
  public float[] run(float[] images) {
    Objects.requireNonNull(images, "images");
    enter();
    try {
      input.set(MemorySegment.ofArray(images));
      runAndCount();
      return output.floats();
    } finally {
      exit();
    }
  }

  /**
   * Runs the network on a copy of the images; allocates nothing.
   *
   * @param images normalised, (n, c, h, w) floats row by row, on or off the heap
   * @param results takes (n, classes) floats row by row
   */
  public void run(MemorySegment images, MemorySegment results) {
    Objects.requireNonNull(images, "images");
    Objects.requireNonNull(results, "results");
    ImageBatch.requireUsable("results", results);
    long bytes = output.desc().bytes();
    if (results.byteSize() != bytes || results.isReadOnly()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "results must be writable and have %d bytes for %s, was %s",
              bytes,
              output.desc(),
              results));
    }
    enter();
    try {
      input.set(images);
      runAndCount();
      copyTo(results);
    } finally {
      exit();
    }
  }

  private void copyTo(MemorySegment results) {
    try {
      MemorySegment.copy(
          output.segment(),
          ValueLayout.JAVA_FLOAT,
          0,
          results,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          0,
          output.desc().elements());
    } catch (IllegalStateException e) { // another thread closed its arena meanwhile
      ImageBatch.requireUsable("results", results);
      throw e;
    }
  }

  /**
   * Fills {@link #input()}.
   *
   * @param images normalised, (n, c, h, w) floats row by row, on or off the heap
   */
  public void set(MemorySegment images) {
    Objects.requireNonNull(images, "images");
    enter();
    try {
      input.set(images);
    } finally {
      exit();
    }
  }

  /**
   * Fills one image of {@link #input()} with a picture, scaled, cut and normalised as the network
   * expects it.
   *
   * @param index of the image in the batch, from 0
   */
  public void setImage(int index, Image image) {
    Objects.requireNonNull(image, "image");
    input.requireIndex(index);
    enter();
    try {
      input.set(index, image);
    } finally {
      exit();
    }
  }

  /**
   * Runs the network on a picture.
   *
   * @return the classes by their probability
   * @throws IllegalArgumentException if the network gives a value that is not finite
   */
  public Classification classify(Image image) {
    Objects.requireNonNull(image, "image");
    requireSingle();
    enter();
    try {
      input.set(0, image);
      runAndCount();
      return classification(output.floats());
    } finally {
      exit();
    }
  }

  /**
   * Runs the network on a copy of one image.
   *
   * @param image normalised, (c, h, w) row by row
   * @return the classes by their probability
   * @throws IllegalArgumentException if the network gives a value that is not finite
   */
  public Classification classify(float[] image) {
    Objects.requireNonNull(image, "image");
    requireSingle();
    return classification(run(image));
  }

  private Classification classification(float[] results) {
    return network.classification(results);
  }

  private void requireSingle() {
    if (input.size() != 1) {
      throw new IllegalStateException(
          "classify takes single images, this predictor has batches of " + input.size());
    }
  }

  /**
   * Returns what a layer gave in the last run of a tracing predictor, (n, c, h, w) floats.
   *
   * @param layer name of the layer with {@code .h} or {@code .l} for its high or low part
   */
  public Tensor trace(String layer) {
    Objects.requireNonNull(layer, "layer");
    Tensor tensor = traces.get(layer);
    if (tensor == null) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "no trace of %s, there are %s", layer, traces.keySet()));
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

  /**
   * Runs the network several times and returns the median time of each layer. Layers that sums take
   * as they are made have the time of both.
   *
   * @param runs at least 1
   */
  public List<LayerTime> profile(int runs) {
    long[] sections;
    enter();
    try {
      sections = execution.profileSections(runs);
    } finally {
      exit();
    }
    List<LayerTime> layers = new ArrayList<>();
    for (NetworkPlan.Section layer : lease.plan().sections()) {
      long nanos = 0;
      for (int s = layer.first(); s < layer.end(); s++) {
        nanos += sections[s];
      }
      layers.add(
          new LayerTime(
              layer.layer(),
              layer.how(),
              nanos / 1e3,
              lease.plan().program().steps(layer.first(), layer.end())));
    }
    return layers;
  }

  /** Returns the multiply-adds of one run. */
  public long multiplyAdds() {
    return lease.plan().program().multiplyAdds();
  }

  /** Returns the bytes of all activations of a run, as they share memory. */
  public long activationBytes() {
    return lease.plan().program().activationBytes();
  }

  /** Returns the bytes of the largest set of activations that is needed at once. */
  public long largestLiveBytes() {
    return lease.plan().program().largestLiveBytes();
  }

  /**
   * Frees the predictor's memory.
   *
   * @throws IllegalStateException if another thread is using it; nothing is freed then
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    acquire();
    try {
      if (!closed) {
        closed = true;
        execution.close();
      }
    } finally {
      exit();
    }
  }

  /** From here to {@link #exit} no other thread does anything here and nothing is freed. */
  private void enter() {
    acquire();
    if (closed) {
      exit();
      throw new IllegalStateException("Predictor is closed");
    }
  }

  private void acquire() {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "this predictor is in use by another thread; make one for each thread");
    }
  }

  private void exit() {
    try {
      running.set(false);
    } finally {
      Reference.reachabilityFence(this); // not freed as a forgotten one before here
    }
  }
}
