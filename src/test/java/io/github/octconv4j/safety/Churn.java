package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Arguments;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Memory;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Primitive;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Stream;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.PlanStatistics;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.octave.plan.PlanCache;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.TensorView;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Builds, runs and closes things over and over, in a JVM of its own, and prints what the process
 * holds after the warm-up and at the end. Arguments: what, cycles, cycles of the warm-up, a file of
 * a network.
 */
public final class Churn {
  private static final int SIZE = 4; // of the low part

  private final Engine engine = Engine.cpu();
  private final OctaveConv2d spec = OctaveConv2d.of(16, 16).kernel(3).padding(1).alpha(0.5).build();
  private final OctaveWeights weights = OctaveWeights.split(spec, new float[16 * 16 * 9], null);
  private final PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  private Churn() {}

  /** One cycle of something. */
  private interface Cycle {
    void run() throws Exception;

    /** Checks what holds at any time, and waits for what still runs. */
    default void settle() {}
  }

  /** Runs. */
  public static void main(String[] args) throws Exception {
    Churn churn = new Churn();
    Cycle cycle =
        switch (args[0]) {
          case "plans" -> churn::plan;
          case "memories" -> churn::memory;
          case "networks" -> () -> churn.network(Path.of(args[3]));
          case "files" -> () -> churn.file(Path.of(args[3]));
          case "cache" -> churn.new Cache();
          case "forgotten" -> churn::forget;
          case "threads" -> churn.new Threads();
          default -> throw new IllegalArgumentException(args[0]);
        };
    int cycles = Integer.parseInt(args[1]);
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      cycle.run();
    }
    cycle.settle();
    Resident before = Resident.now();
    for (int i = 0; i < cycles; i++) {
      cycle.run();
    }
    cycle.settle();
    Resident after = Resident.now();
    System.out.printf(
        Locale.ROOT,
        "%s: %d cycles, %s, then %s, growth %.2f %%%n",
        args[0],
        cycles,
        before,
        after,
        before.growth(after));
    System.out.printf(
        Locale.ROOT,
        "growth=%.2f threads=%d files=%d%n",
        before.growth(after),
        after.threads() - before.threads(),
        after.files() - before.files());
    System.exit(0);
  }

  /** A layer, a plan, a run of both, all closed. */
  private void plan() {
    try (OctaveLayer layer = spec.on(engine, weights, options);
        Arena arena = Arena.ofConfined()) {
      layer.apply(input(arena, SIZE), OutputFormat.NHWC, arena);
    }
  }

  private static OctaveTensor input(Arena arena, long size) {
    MemoryDesc high = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 8, 2 * size, 2 * size);
    MemoryDesc low = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 8, size, size);
    return OctaveTensor.of(Tensor.allocate(high, arena), Tensor.allocate(low, arena));
  }

  /** Every kind of handle of the package dnn, and a run. */
  private void memory() {
    MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 16, 8, 8);
    Eltwise relu = new Eltwise(Algorithm.ELTWISE_RELU, desc, desc, 0, 0);
    try (Arena arena = Arena.ofShared();
        Stream stream = Stream.of(engine);
        PrimitiveDesc pd = PrimitiveDesc.of(engine, relu, Attributes.NONE);
        Primitive primitive = Primitive.of(pd);
        Memory x = Memory.of(engine, Tensor.allocate(desc, arena));
        Memory y = Memory.of(engine, Tensor.allocate(desc, arena));
        Arguments arguments = Arguments.of(primitive, Map.of(Arg.SRC, x, Arg.DST, y))) {
      primitive.execute(stream, arguments);
    }
  }

  private void network(Path file) throws IOException {
    try (Network network = Network.load(file);
        Predictor predictor = network.predictor(1, options)) {
      predictor.run();
    }
  }

  private void file(Path file) throws IOException {
    try (SafetensorsFile safetensors = SafetensorsFile.open(file)) {
      for (TensorView tensor : safetensors.tensors()) {
        if (tensor.segment().byteSize() == 0) {
          throw new IllegalStateException(tensor.toString());
        }
      }
    }
  }

  /** The same as {@link #plan}, but nothing is closed. */
  private void forget() {
    OctaveLayer layer = spec.on(engine, weights, options);
    layer.apply(input(Arena.ofAuto(), SIZE));
    Stream.of(Engine.cpu());
  }

  /** New sizes all the time, more than the cache of a layer holds. */
  private final class Cache implements Cycle {
    private static final int SIZES = 50;
    private static final int CACHED = 16;

    private final OctaveLayer layer = spec.on(engine, weights, options);
    private final long mostBytes;
    private final PlanCache<OctavePlan> cache;
    private int next;
    private boolean byBytes; // were fewer plans kept than their number allows

    Cache() {
      OctaveDesc largest = OctaveDesc.of(input(Arena.ofAuto(), SIZES));
      try (OctavePlan plan = layer.plan(largest, OutputFormat.NHWC)) {
        mostBytes = 6 * plan.bytes();
      }
      cache = new PlanCache<>("cache", CACHED, mostBytes, OctavePlan::bytes, OctavePlan::close);
    }

    @Override
    public void run() {
      int size = 1 + next++ % SIZES;
      try (Arena arena = Arena.ofConfined()) {
        OctaveTensor x = input(arena, size);
        try (PlanCache<OctavePlan>.Lease lease =
                cache.get(size, () -> layer.plan(OctaveDesc.of(x), OutputFormat.NHWC));
            OctaveExecution execution = lease.plan().newExecution()) {
          execution.run(x, input(arena, size));
        }
      }
      PlanStatistics statistics = cache.statistics();
      byBytes |= next > CACHED && statistics.size() < CACHED;
      if (statistics.size() > CACHED || statistics.bytes() > mostBytes) {
        throw new IllegalStateException(
            String.format(Locale.ROOT, "more than %d bytes: %s", mostBytes, statistics));
      }
    }

    @Override
    public void settle() {
      PlanStatistics statistics = cache.statistics();
      if (statistics.evictions() + statistics.size() != next || !byBytes) {
        throw new IllegalStateException(next + " sizes, but " + statistics);
      }
    }
  }

  /** New threads that run one inference each of a layer which all share, four at a time. */
  private final class Threads implements Cycle {
    private static final int AT_ONCE = 4;

    private final OctaveLayer layer = spec.on(engine, weights, options.threads(2));
    private final ArrayDeque<Thread> running = new ArrayDeque<>();
    private final AtomicInteger done = new AtomicInteger();
    private int started;

    @Override
    public void run() throws InterruptedException {
      if (running.size() == AT_ONCE) {
        running.remove().join();
      }
      started++;
      running.add(Thread.ofPlatform().start(this::infer));
    }

    private void infer() {
      try (Arena arena = Arena.ofConfined()) {
        layer.apply(input(arena, SIZE), OutputFormat.NHWC, arena);
        done.incrementAndGet();
      }
    }

    @Override
    public void settle() {
      try {
        while (!running.isEmpty()) {
          running.remove().join();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (done.get() != started) {
        throw new IllegalStateException(
            String.format(Locale.ROOT, "%d of %d threads", done.get(), started));
      }
    }
  }
}
