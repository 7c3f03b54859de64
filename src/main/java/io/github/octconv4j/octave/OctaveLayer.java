package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.plan.LayerPlanner;
import io.github.octconv4j.octave.plan.PlanCache;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * An octave convolution with its weights, ready to run on images of any size: plans are built at
 * the first use of a size and cached, for the sixteen sizes and layouts used last as far as they
 * take a gigabyte together; who has more keeps plans of his own with {@link #plan}. Any thread may
 * call; close it when no one does any more.
 *
 * <p>Inputs must be finite. NaN or an infinity in one makes NaN of all channels of the pixels whose
 * windows read it, or an infinity; nothing else is changed. An activation after it may hide that:
 * oneDNN's ReLU makes 0 of NaN. {@link OctaveTensor#requireFinite} refuses such inputs where they
 * may come from elsewhere.
 *
 * @since 0.1.0
 */
public final class OctaveLayer implements AutoCloseable {
  static final int CACHED_PLANS = 16;
  private static final long CACHED_BYTES = 1L << 30;

  private final Engine engine;
  private final OctaveConv2d spec;
  private final OctaveWeights weights;
  private final Activation activation;
  private final PlanOptions options;
  private final PlanCache<OctavePlan> cache;

  /** A size and layout of input, and the wanted output; shown in events with what the layer is. */
  private record Key(OctaveLayer layer, OctaveDesc input, OutputFormat output) {
    @Override
    public String toString() {
      return layer.spec + " | " + input + " | " + output + " | " + layer.options;
    }
  }

  private static void requireOpen(String name, Engine engine) {
    if (engine.isClosed()) {
      throw new IllegalStateException(
          name + " is closed; open one with Engine.cpu() and close it after its layers");
    }
  }

  OctaveLayer(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      Activation activation,
      PlanOptions options) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(options, "options");
    weights.requireFit(spec);
    requireOpen("engine", engine);
    engine.requireSupported(options.type());
    this.engine = engine;
    this.spec = spec;
    this.weights = weights;
    this.activation = activation;
    this.options = options;
    this.cache =
        new PlanCache<>(
            "OctaveLayer",
            CACHED_PLANS,
            Math.min(options.memoryLimit(), CACHED_BYTES),
            OctavePlan::bytes,
            OctavePlan::close);
  }

  /**
   * Computes the output in new NCHW memory, which the garbage collector frees.
   *
   * @param x F32 in any layout; NHWC is read in place. Where it is not finite, neither is the
   *     output there
   */
  public OctaveTensor apply(OctaveTensor x) {
    return apply(x, OutputFormat.NCHW, Arena.ofAuto());
  }

  /**
   * Computes the output in new memory of the caller's arena.
   *
   * @param x in any layout; NHWC of the options' type is read in place
   * @param format layout and type of the output; NHWC of the options' type is written directly
   */
  public OctaveTensor apply(OctaveTensor x, OutputFormat format, Arena arena) {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(arena, "arena");
    try (PlanCache<OctavePlan>.Lease lease = lease(OctaveDesc.of(x), format)) {
      OctaveTensor y = OctaveTensor.allocate(lease.plan().output(), arena);
      run(lease, x, y);
      return y;
    }
  }

  /**
   * Computes the output in memory that the caller hands in.
   *
   * @param x in any layout
   * @param y NCHW or NHWC, both parts alike; of the size that the input gives; in memory of its own
   */
  public void apply(OctaveTensor x, OctaveTensor y) {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(y, "y");
    try (PlanCache<OctavePlan>.Lease lease = lease(OctaveDesc.of(x), OutputFormat.of(y))) {
      run(lease, x, y);
    }
  }

  private static void run(PlanCache<OctavePlan>.Lease lease, OctaveTensor x, OctaveTensor y) {
    lease.plan().run(x, y);
    lease.countRun();
  }

  /**
   * Builds a plan of the caller's own, outside the cache; the caller closes it.
   *
   * @param input what the plan will be given
   * @param output what it shall give
   */
  public OctavePlan plan(OctaveDesc input, OutputFormat output) {
    return new OctavePlan(planner(input, output).plan());
  }

  /**
   * Measures afresh how a plan could be put together and returns everything that was considered:
   * the chosen one first, then what was run, then what was not because it has reference
   * implementations or is predicted to be slow; the fastest of each first. The choice is kept in
   * the options' {@link PlanOptions#choices}. Where the memory limit leaves no room to run
   * anything, nothing is measured.
   *
   * @param input what a plan would be given
   * @param output what it would give
   */
  public List<PlanCandidate> explain(OctaveDesc input, OutputFormat output) {
    return planner(input, output).explain();
  }

  private LayerPlanner planner(OctaveDesc input, OutputFormat output) {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(output, "output");
    requireOpen("the engine of this OctaveLayer", engine);
    return new LayerPlanner(
        engine, spec, weights.forPrograms(), activation, input, output, options);
  }

  private PlanCache<OctavePlan>.Lease lease(OctaveDesc input, OutputFormat output) {
    return cache.get(new Key(this, input, output), () -> plan(input, output));
  }

  /** Returns what is applied to both outputs. */
  public Activation activation() {
    return activation;
  }

  /** Returns the specification. */
  public OctaveConv2d spec() {
    return spec;
  }

  /**
   * Returns what the layer did so far: its runs, and what its cache of plans did. Plans of the
   * caller's own don't count.
   */
  public PlanStatistics statistics() {
    return cache.statistics();
  }

  /** Frees the plans; a call that is under way on another thread ends undisturbed. */
  @Override
  public void close() {
    cache.close();
  }
}
