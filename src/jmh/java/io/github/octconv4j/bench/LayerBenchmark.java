package io.github.octconv4j.bench;

import io.github.octconv4j.bench.kernel.Kernel;
import io.github.octconv4j.bench.kernel.OctaveData;
import io.github.octconv4j.bench.kernel.Variant;
import io.github.octconv4j.cli.bench.LayerShapes;
import java.io.IOException;
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

/** One run of an octave convolution in the variant's own layout; alpha 0 is dense. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"})
public class LayerBenchmark {
  /** The dense layer, in benchdnn's syntax. */
  @Param({
    "mb1ic64oc64_ih56oh56kh3ph1",
    "mb1ic128oc128_ih28oh28kh3ph1",
    "mb1ic256oc256_ih14oh14kh3ph1",
    "mb1ic256oc64_ih56oh56kh1ph0",
    "mb1ic64oc256_ih56oh56kh1ph0",
    "mb1ic512oc128_ih28oh28kh1ph0"
  })
  public String layer;

  /** Share of low channels on both sides. */
  @Param({"0", "0.125", "0.25", "0.5", "0.75"})
  public double alpha;

  /** Who computes. */
  @Param public Variant variant;

  /** Threads of each run; the Java variants have one. */
  @Param("1")
  public int threads;

  private Kernel kernel;

  /** Prepares the layer. */
  @Setup
  public void setUp() throws IOException {
    OctaveData data =
        new OctaveData(new LayerShapes().addProblem(layer).layers().getFirst(), alpha);
    kernel = Kernel.octave(variant, data, threads);
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    kernel.close();
  }

  /** Runs once. */
  @Benchmark
  public Kernel run() {
    kernel.run();
    return kernel;
  }
}
