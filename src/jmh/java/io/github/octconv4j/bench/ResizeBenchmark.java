package io.github.octconv4j.bench;

import io.github.octconv4j.bench.kernel.ImageData;
import io.github.octconv4j.bench.kernel.Kernel;
import io.github.octconv4j.bench.kernel.Variant;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/** Pooling and nearest resampling by 2, NHWC. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class ResizeBenchmark {
  /** Channels of the images. */
  @Param({"64", "256"})
  public int channels;

  /** Rows and columns of the larger image. */
  @Param({"56", "14"})
  public int size;

  /** Who computes. */
  @Param public Variant variant;

  private Kernel pooling;
  private Kernel resampling;

  /** Prepares both. */
  @Setup
  public void setUp() {
    Random random = new Random(1);
    pooling = Kernel.pooling(variant, ImageData.random(random, 1, channels, size, size));
    resampling =
        Kernel.resampling(variant, ImageData.random(random, 1, channels, size / 2, size / 2));
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    pooling.close();
    resampling.close();
  }

  /** The average of 2x2 pixels. */
  @Benchmark
  public Kernel pooling() {
    pooling.run();
    return pooling;
  }

  /** Each pixel four times. */
  @Benchmark
  public Kernel resampling() {
    resampling.run();
    return resampling;
  }
}
