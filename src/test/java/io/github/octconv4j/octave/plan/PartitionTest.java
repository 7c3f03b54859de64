package io.github.octconv4j.octave.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.Lanewise;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.plan.Expression.Output;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A chain of several convolutions, pooling and upsampling may be cut like a single layer. */
class PartitionTest {
  private static final int CHANNELS = 8;
  private static final int HEIGHT = 20;
  private static final int WIDTH = 6;
  private static final Pattern DIMS = Pattern.compile(" f32 (\\d+)x\\d+x(\\d+)x");

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  /** A convolution of 3x3 or 1x1 with random weights. */
  private static Stage.Convolve convolve(
      String name, int kernel, Value x, Value y, boolean adds, Activation activation) {
    OctaveConv2d spec =
        OctaveConv2d.of(CHANNELS, CHANNELS).kernel(kernel).padding(kernel / 2).build();
    Random random = new Random(name.hashCode());
    float[] values = floats(random, CHANNELS * CHANNELS * kernel * kernel);
    float[] bias = floats(random, CHANNELS);
    PathWeights weights =
        new PathWeights(name, Map.of(OctavePath.HH, values), Map.of(Frequency.HIGH, bias));
    return new Stage.Convolve(
        ConvolutionWeights.of(name, spec, OctavePath.HH, weights)
            .with(weights.bias(Frequency.HIGH)),
        Geometry.paddedWindow(spec),
        x,
        y,
        adds,
        null,
        activation);
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  /**
   * Two 3x3 convolutions, one after the other; then {@code y = relu(up(conv(pool(second))) +
   * conv1x1(first))}, which reads both.
   */
  private static Expression chain(Operand input, Operand output) {
    Value x = Value.given(input, Layout.NHWC);
    Value y = Value.given(output, Layout.NHWC);
    Value first = Value.between("first", x, CHANNELS, HEIGHT, WIDTH);
    Value second = Value.between("second", x, CHANNELS, HEIGHT, WIDTH);
    Stage.Pool pool = Stage.Pool.average(second, SizeRule.FLOOR, "second");
    Value small = Value.between("small", x, CHANNELS, HEIGHT / 2, WIDTH / 2);
    return new Expression(
        List.of(),
        List.of(
            convolve("first", 3, x, first, false, Activation.RELU),
            convolve("second", 3, first, second, false, Activation.RELU),
            pool,
            convolve("small", 3, pool.y(), small, false, Activation.NONE),
            new Stage.Upsample("up", small, y, false, Activation.NONE),
            convolve("last", 1, first, y, true, Activation.RELU)),
        List.of(new Output(y, 2)),
        HEIGHT / 2);
  }

  /** What a cut computes, and how many rows each stage makes in all. */
  private record Result(List<Float> values, Map<String, Integer> rows, int steps) {
    /** Sums are formed in another order where images are cut otherwise. */
    void assertSameValues(Result expected) {
      for (int i = 0; i < values.size(); i++) {
        assertThat(values.get(i))
            .as("element %d", i)
            .isCloseTo(expected.values.get(i), within(1e-5f));
      }
      assertThat(values).hasSameSizeAs(expected.values);
    }
  }

  private static Result run(int batch, int threads, Consumer<Partition> cut) {
    MemoryDesc desc = Layout.NHWC.desc(DataType.F32, batch, CHANNELS, HEIGHT, WIDTH);
    PlanOptions options = PlanOptions.DEFAULT.threads(threads);
    try (Arena arena = Arena.ofConfined();
        ProgramBuilder program = new ProgramBuilder(engine, 1)) {
      Operand x = program.input("x", desc);
      Operand y = program.output("y", desc);
      cut.accept(new Partition(new OctaveProgramBuilder(program, options), chain(x, y)));
      try (Program built = program.build();
          Execution execution = built.newExecution()) {
        assertThat(Lanewise.conflicts(built)).isEmpty();
        Tensor in = Tensor.allocate(desc, arena);
        in.set(floats(new Random(7), Math.toIntExact(desc.elements())));
        Tensor out = Tensor.allocate(desc, arena);
        execution.bind(x, in);
        execution.bind(y, out);
        execution.run();
        Map<String, Integer> rows = new TreeMap<>();
        built.steps().forEach(step -> rows.merge(step.name(), rows(step), Integer::sum));
        List<Float> values = new ArrayList<>();
        for (float value : out.floats()) {
          values.add(value);
        }
        return new Result(values, rows, built.steps().size());
      }
    }
  }

  /** Rows of all images that a step writes, from a text like {@code y f32 1x8x4x6 acdb}. */
  private static int rows(StepInfo step) {
    Matcher dims = DIMS.matcher(step.operands().get("dst"));
    assertThat(dims.find()).as("%s", step).isTrue();
    return Integer.parseInt(dims.group(1)) * Integer.parseInt(dims.group(2));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 1, 3",
    "1, 1, 4",
    "1, 1, 0",
    "1, 2, 2",
    "1, 3, 1",
    "2, 2, 3",
    "3, 2, 0",
    "1, 16, 1"
  })
  void bandsOfAChainGiveWhatTheWholeGives(int batch, int threads, int bandRows) {
    Result whole = run(batch, 1, Partition::whole);
    Result bands = run(batch, threads, partition -> partition.rows(bandRows));
    bands.assertSameValues(whole);
    assertThat(bands.rows().get("last.hh")).isEqualTo(batch * HEIGHT);
  }

  @Test
  void oneThreadMakesEachRowOnceHoweverBandsOverlap() {
    Result whole = run(1, 1, Partition::whole);
    Result bands = run(1, 1, partition -> partition.rows(1));
    assertThat(bands.steps()).isGreaterThan(8 * whole.steps());
    // The pool of the whole is named after its input.
    assertThat(bands.rows()).isEqualTo(whole.rows());
  }

  @Test
  void severalThreadsMakeOnlyTheRowsBetweenThemTwice() {
    Map<String, Integer> whole = run(1, 1, Partition::whole).rows();
    Map<String, Integer> shared = run(1, 2, partition -> partition.rows(0)).rows();
    List<String> more = new ArrayList<>();
    shared.forEach((step, rows) -> more.add(step + " " + (rows - whole.get(step))));
    // One row of the small image beside the middle on each side is two of the large one, and so on.
    assertThat(more)
        .containsExactly(
            "first.hh 6", "last.hh 0", "second.hh 4", "second.pool 2", "small.hh 0", "up 0");
  }

  @Test
  void imagesAndSingleStagesAreSharedToo() {
    Result whole = run(4, 1, Partition::whole);
    run(4, 2, Partition::images).assertSameValues(whole);
    run(4, 2, Partition::whole).assertSameValues(whole);
    assertThat(run(3, 2, Partition::whole).steps()).isGreaterThan(whole.steps());
  }
}
