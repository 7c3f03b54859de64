package io.github.octconv4j.bench;

import io.github.octconv4j.bench.kernel.ImageData;
import io.github.octconv4j.bench.kernel.Kernel;
import io.github.octconv4j.bench.kernel.NativeStep;
import io.github.octconv4j.dnn.Threads;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a call into native code costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class BridgeBenchmark {
  private Kernel tiny;

  /** Prepares a primitive that has almost nothing to do. */
  @Setup
  public void setUp() {
    tiny = NativeStep.pooling(ImageData.random(new Random(1), 1, 16, 2, 2));
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    tiny.close();
  }

  /** A downcall: OpenMP is asked for a number. */
  @Benchmark
  public int downcall() {
    return Threads.current();
  }

  /** A program of one primitive, on 16 channels of 2x2 pixels. */
  @Benchmark
  public Kernel tinyPrimitive() {
    tiny.run();
    return tiny;
  }
}
