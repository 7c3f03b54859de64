package io.github.octconv4j.bench;

import io.github.octconv4j.bench.kernel.NativeOctave;
import io.github.octconv4j.bench.kernel.OctaveData;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Threads that share one plan, each with an execution and data of its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class SharedPlanBenchmark {
  /** The dense layer, in benchdnn's syntax. */
  @Param({"mb1ic64oc64_ih56oh56kh3ph1", "mb1ic256oc64_ih56oh56kh1ph0"})
  public String layer;

  /** Share of low channels on both sides. */
  @Param("0.5")
  public double alpha;

  private NativeOctave kernel;

  /** Plans the layer. */
  @Setup
  public void setUp() throws IOException {
    kernel =
        new NativeOctave(
            new OctaveData(new LayerShapes().addProblem(layer).layers().getFirst(), alpha), 1);
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    kernel.close();
  }

  /** What a thread needs. */
  @State(Scope.Thread)
  public static class Caller {
    private final Arena arena = Arena.ofShared();
    private OctaveExecution execution;
    private OctaveTensor x;
    private OctaveTensor y;

    /** Makes execution and data. */
    @Setup
    public void setUp(SharedPlanBenchmark shared) {
      execution = shared.kernel.plan().newExecution();
      x = shared.kernel.newInput(arena);
      y = shared.kernel.newOutput(arena);
    }

    /** Frees everything. */
    @TearDown
    public void tearDown() {
      execution.close();
      arena.close();
    }

    OctaveTensor run() {
      execution.run(x, y);
      return y;
    }
  }

  /** One thread. */
  @Benchmark
  @Threads(1)
  public OctaveTensor one(Caller caller) {
    return caller.run();
  }

  /** Two threads. */
  @Benchmark
  @Threads(2)
  public OctaveTensor two(Caller caller) {
    return caller.run();
  }

  /** Four threads. */
  @Benchmark
  @Threads(4)
  public OctaveTensor four(Caller caller) {
    return caller.run();
  }
}
