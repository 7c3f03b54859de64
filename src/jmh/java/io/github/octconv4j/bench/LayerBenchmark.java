package io.github.octconv4j.bench;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import java.lang.foreign.Arena;
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

/** One run of an octave convolution in the layout that its plan chose; alpha 0 is dense. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
public class LayerBenchmark {
  /** Channels of input and output, size of image and of kernel, with colons between. */
  @Param({"64:64:56:3", "128:128:28:3", "256:64:56:1"})
  public String layer;

  /** Share of low channels on both sides. */
  @Param({"0", "0.125", "0.25", "0.5", "0.75"})
  public double alpha;

  /** Threads of each run. */
  @Param("1")
  public int threads;

  private final Arena arena = Arena.ofShared();
  private Engine engine;
  private OctaveLayer octave;
  private OctavePlan plan;
  private OctaveExecution execution;
  private OctaveTensor x;
  private OctaveTensor y;

  /** Plans the layer. */
  @Setup
  public void setUp() {
    String[] numbers = layer.split(":", -1);
    int in = Integer.parseInt(numbers[0]);
    int out = Integer.parseInt(numbers[1]);
    int size = Integer.parseInt(numbers[2]);
    int kernel = Integer.parseInt(numbers[3]);
    OctaveConv2d spec =
        OctaveConv2d.of(in, out).kernel(kernel).padding(kernel / 2).alpha(alpha).build();
    float[] dense = random(out * in * kernel * kernel);
    engine = Engine.cpu();
    octave =
        spec.on(
            engine, OctaveWeights.split(spec, dense, null), PlanOptions.DEFAULT.threads(threads));
    OctaveShape shape = OctaveShape.of(1, size, size, SizeRule.FLOOR);
    plan = octave.plan(OctaveDesc.any(spec.in(), shape), OutputFormat.ANY);
    execution = plan.newExecution();
    x = tensors(plan.input());
    y = tensors(plan.output());
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    execution.close();
    plan.close();
    octave.close();
    engine.close();
    arena.close();
  }

  /** Runs once. */
  @Benchmark
  public OctaveTensor run() {
    execution.run(x, y);
    return y;
  }

  private OctaveTensor tensors(OctaveDesc desc) {
    return OctaveTensor.of(tensor(desc.high()), tensor(desc.low()));
  }

  private Tensor tensor(MemoryDesc desc) {
    if (desc == null) {
      return null;
    }
    Tensor tensor = Tensor.allocate(desc, arena);
    tensor.set(random(Math.toIntExact(desc.elements())));
    return tensor;
  }

  private static float[] random(int count) {
    Random random = new Random(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
