package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plan consists of, and how plans, executions and layers live. */
class OctavePlanTest {
  private static final PlanOptions FIXED = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static OctaveProblem problem(OctaveConv2d spec, int batch, int height, int width) {
    return new OctaveProblem(
        spec, batch, height, width, EnumSet.of(OctavePath.HH, OctavePath.LL), new Random(1));
  }

  private static OctaveProblem middle() {
    return problem(OctaveConv2d.of(64, 64).alpha(0.5).kernel(3).padding(1).build(), 1, 14, 14);
  }

  private static OctaveLayer layer(OctaveProblem problem) {
    return problem.spec.on(engine, problem.weights(), FIXED);
  }

  private static OctaveDesc desc(OctaveProblem problem, FormatTag layout) {
    try (Arena arena = Arena.ofConfined()) {
      return OctaveDesc.of(problem.input(layout, arena));
    }
  }

  /** With 16 channels or more on each branch there is always a fast implementation. */
  @ParameterizedTest
  @CsvSource({
    // in, out, alphaIn, alphaOut, kernel, stride, groups, batch, height, width
    "64, 64, 0.5, 0.5, 3, 1, 1, 1, 56, 56",
    "128, 128, 0.5, 0.5, 3, 1, 1, 1, 14, 14",
    "128, 128, 0.125, 0.125, 3, 1, 1, 2, 14, 14",
    "256, 64, 0.25, 0.25, 1, 1, 1, 1, 14, 14",
    "64, 256, 0.25, 0.25, 1, 1, 1, 1, 28, 28",
    "36, 38, 0.5, 0.5, 3, 1, 1, 1, 17, 9",
    "64, 64, 0.5, 0.5, 3, 1, 1, 1, 7, 7",
    "64, 96, 0.5, 0.25, 3, 2, 1, 2, 17, 15",
    "80, 80, 0.25, 0.25, 5, 1, 1, 1, 13, 11",
    "64, 64, 0.5, 0.5, 7, 2, 1, 1, 28, 28",
    "64, 40, 0.5, 0, 3, 1, 1, 1, 9, 13",
    "32, 64, 0, 0.5, 3, 2, 1, 1, 15, 15",
    "64, 64, 0.5, 0.5, 3, 1, 64, 1, 15, 14",
    "64, 128, 0.5, 0.5, 3, 1, 2, 1, 14, 14",
  })
  void noReferenceImplementationFromSixteenChannelsOn(
      int in,
      int out,
      double alphaIn,
      double alphaOut,
      int kernel,
      int stride,
      int groups,
      int batch,
      int height,
      int width) {
    OctaveConv2d spec =
        OctaveConv2d.of(in, out)
            .alpha(alphaIn, alphaOut)
            .kernel(kernel)
            .padding(kernel / 2)
            .stride(stride)
            .groups(LayerShape.groups(groups, in))
            .build();
    OctaveProblem problem = problem(spec, batch, height, width);
    try (OctaveLayer layer = layer(problem)) {
      for (FormatTag layout : List.of(FormatTag.NHWC, FormatTag.NCHW)) {
        try (OctavePlan plan = layer.plan(desc(problem, layout), OutputFormat.NHWC)) {
          assertThat(plan.steps()).isNotEmpty().noneMatch(StepInfo::reference);
        }
      }
    }
  }

  @Test
  void dataInThePlansLayoutIsUsedInPlace() {
    OctaveProblem problem = middle();
    try (OctaveLayer layer = layer(problem);
        OctavePlan inPlace = layer.plan(desc(problem, FormatTag.NHWC), OutputFormat.NHWC);
        OctavePlan copied = layer.plan(desc(problem, FormatTag.NCHW), OutputFormat.NCHW)) {
      assertThat(inPlace.steps())
          .extracting(step -> step.name().replaceAll(".*\\.", ""))
          .containsExactlyInAnyOrder("hh", "hl", "lh", "ll", "pool", "up");
      assertThat(copied.steps())
          .extracting(step -> step.name().replaceAll(".*\\.", ""))
          .containsOnlyOnce("pool", "up");
      assertThat(copied.steps().stream().filter(step -> step.kind().equals("reorder"))).hasSize(4);
      assertThat(copied.bytes()).isGreaterThan(inPlace.bytes());
    }
  }

  /** No pass of its own adds: one convolution and the resampling, or two convolutions, sum. */
  @Test
  void sumsArePostOps() {
    OctaveProblem problem = middle();
    try (OctaveLayer layer = layer(problem);
        OctavePlan plan = layer.plan(desc(problem, FormatTag.NHWC), OutputFormat.NHWC)) {
      assertThat(plan.steps().stream().filter(step -> step.postOps().equals("+sum"))).hasSize(2);
      assertThat(plan.steps()).extracting(StepInfo::kind).doesNotContain("sum", "binary");
    }
  }

  /** Cost against the dense layer with one alpha: 1 - 3/4 a (2 - a). */
  @ParameterizedTest
  @CsvSource({"0, 1", "0.125, 0.82421875", "0.25, 0.671875", "0.5, 0.4375", "0.75, 0.296875"})
  void multiplyAddsAreThoseOfTheFormula(double alpha, double share) {
    OctaveConv2d spec = OctaveConv2d.of(64, 64).alpha(alpha).kernel(3).padding(1).build();
    OctaveProblem problem = problem(spec, 1, 16, 16);
    try (OctaveLayer layer = layer(problem);
        OctavePlan plan = layer.plan(desc(problem, FormatTag.NHWC), OutputFormat.NHWC)) {
      assertThat(plan.multiplyAdds()).isEqualTo((long) (share * 64 * 64 * 9 * 16 * 16));
    }
  }

  @Test
  void onePlanRunsOnEightThreadsAtOnce() throws Exception {
    OctaveProblem problem = middle();
    OctaveOracle.Parts expected = problem.expected();
    try (OctaveLayer layer = layer(problem);
        ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        boolean nhwc = t % 2 == 0;
        all.add(
            pool.submit(
                () -> {
                  try (Arena own = Arena.ofConfined()) {
                    OctaveTensor x = problem.input(nhwc ? FormatTag.NHWC : FormatTag.NCHW, own);
                    for (int round = 0; round < 20; round++) {
                      problem.assertMatches(layer.apply(x, OutputFormat.NHWC, own), expected);
                    }
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
      PlanStatistics statistics = layer.statistics();
      assertThat(statistics.misses()).isEqualTo(2);
      assertThat(statistics.hits()).isEqualTo(158);
      assertThat(statistics.runs()).isEqualTo(160);
    }
  }

  @Test
  void executionsRunAPlanInPlace() {
    OctaveProblem problem = middle();
    OctaveOracle.Parts expected = problem.expected();
    try (OctaveLayer layer = layer(problem);
        OctavePlan plan = layer.plan(desc(problem, FormatTag.NHWC), OutputFormat.NHWC);
        OctaveExecution execution = plan.newExecution();
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NHWC, arena);
      assertThat(plan.input()).isEqualTo(OctaveDesc.of(x));
      OctaveTensor y = OctaveProblem.output(expected, FormatTag.NHWC, arena);
      assertThat(plan.output()).isEqualTo(OctaveDesc.of(y));
      execution.run(x, y);
      problem.assertMatches(y, expected);
      OctaveTensor nchw = problem.input(FormatTag.NCHW, arena);
      assertThatThrownBy(() -> execution.run(nchw, y))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("x_h must be f32 1x32x14x14 acdb, was f32 1x32x14x14 abcd");
      OctaveTensor onlyHigh = OctaveTensor.ofHigh(x.high());
      assertThatThrownBy(() -> execution.run(onlyHigh, y))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("x low must be f32 1x32x7x7 acdb, was null");
      execution.close();
      assertThatThrownBy(() -> execution.run(x, y))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Execution is closed");
    }
  }

  @Test
  void aClosedPlanKeepsItsExecutions() {
    OctaveProblem problem = middle();
    OctaveOracle.Parts expected = problem.expected();
    try (OctaveLayer layer = layer(problem);
        Arena arena = Arena.ofConfined()) {
      OctavePlan plan = layer.plan(desc(problem, FormatTag.NHWC), OutputFormat.NHWC);
      OctaveTensor x = problem.input(FormatTag.NHWC, arena);
      try (OctaveExecution execution = plan.newExecution()) {
        plan.close();
        plan.close();
        OctaveTensor y = OctaveProblem.output(expected, FormatTag.NHWC, arena);
        execution.run(x, y);
        problem.assertMatches(y, expected);
        assertThatThrownBy(plan::newExecution)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("Program is closed");
        assertThatThrownBy(() -> plan.run(x, y)).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void closingALayerDuringCallsIsSafe() throws Exception {
    OctaveProblem problem =
        problem(OctaveConv2d.of(32, 32).alpha(0.5).kernel(3).padding(1).build(), 1, 16, 16);
    OctaveOracle.Parts expected = problem.expected();
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < 40; round++) {
        OctaveLayer layer = layer(problem);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
          all.add(
              pool.submit(
                  () -> {
                    try (Arena own = Arena.ofConfined()) {
                      OctaveTensor x = problem.input(FormatTag.NHWC, own);
                      OctaveTensor y = OctaveProblem.output(expected, FormatTag.NHWC, own);
                      while (true) {
                        try {
                          layer.apply(x, y);
                        } catch (IllegalStateException e) {
                          assertThat(e).hasMessageEndingWith(" is closed");
                          return;
                        }
                        problem.assertMatches(y, expected);
                      }
                    }
                  }));
        }
        while (layer.statistics().hits() < 20 + round) {
          Thread.onSpinWait();
        }
        layer.close();
        layer.close();
        for (Future<?> one : all) {
          one.get(5, TimeUnit.MINUTES);
        }
      }
    }
  }

  @Test
  void theNumberOfCachedPlansIsBounded() {
    OctaveConv2d spec = OctaveConv2d.of(4, 4).alpha(0.5).build();
    try (OctaveLayer layer = layer(problem(spec, 1, 2, 2));
        Arena arena = Arena.ofConfined()) {
      for (int size = 2; size < 42; size += 2) {
        problem(spec, 1, size, 2);
        layer.apply(problem(spec, 1, size, 2).input(FormatTag.NHWC, arena));
      }
      PlanStatistics statistics = layer.statistics();
      assertThat(statistics.misses()).isEqualTo(20);
      assertThat(statistics.size()).isEqualTo(16);
      assertThat(statistics.evictions()).isEqualTo(4);
    }
  }

  @Test
  void aClosedEngineIsRefusedAtOnce() {
    OctaveProblem problem = middle();
    Engine own = Engine.cpu();
    own.close();
    assertThatThrownBy(() -> problem.spec.on(own, problem.weights()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("engine is closed; open one with Engine.cpu() and close it after its layers");
    Engine other = Engine.cpu();
    try (Arena arena = Arena.ofConfined();
        OctaveLayer layer = problem.spec.on(other, problem.weights())) {
      other.close();
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      assertThatThrownBy(() -> layer.apply(x))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "the engine of this OctaveLayer is closed; open one with Engine.cpu() and close it"
                  + " after its layers");
    }
  }

  @Test
  void inputsOfOtherShapesAreNamed() {
    OctaveProblem problem = middle();
    try (OctaveLayer layer = layer(problem);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      assertThatThrownBy(() -> layer.apply(OctaveTensor.ofHigh(x.high())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("low part must be (n, 32, h, w), was null");
      Tensor small = tensor(arena, 1, 32, 6, 7);
      assertThatThrownBy(() -> layer.apply(OctaveTensor.of(x.high(), small)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "high f32 1x32x14x14 abcd needs a low part of batch 1 and size 7x7 with the size rule"
                  + " FLOOR, was f32 1x32x6x7 abcd");
      Tensor channels = tensor(arena, 1, 31, 14, 14);
      assertThatThrownBy(() -> layer.apply(OctaveTensor.of(channels, x.low())))
          .hasMessage("high part must be (n, 32, h, w), was f32 1x31x14x14 abcd");
      MemoryDesc flat = MemoryDesc.of(DataType.F32, FormatTag.A, 32);
      assertThatThrownBy(() -> layer.plan(new OctaveDesc(flat, x.low().desc()), OutputFormat.NHWC))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("high part must be (n, 32, h, w), was f32 32 a");
      assertThat(layer.statistics().misses()).isZero();
    }
    OctaveProblem plain = problem(OctaveConv2d.of(4, 4).build(), 1, 4, 4);
    try (OctaveLayer layer = layer(plain);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor both = OctaveTensor.of(tensor(arena, 1, 4, 4, 4), tensor(arena, 1, 2, 2, 2));
      assertThatThrownBy(() -> layer.apply(both))
          .hasMessage("low part must be (n, 0, h, w), that is absent, was f32 1x2x2x2 abcd");
    }
  }

  private static Tensor tensor(Arena arena, long... dims) {
    return Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.NCHW, dims), arena);
  }

  @Test
  void outputsOfOtherShapesAreNamed() {
    OctaveProblem problem = middle();
    try (OctaveLayer layer = layer(problem);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      OctaveTensor wrong =
          OctaveTensor.of(tensor(arena, 1, 32, 14, 13), tensor(arena, 1, 32, 7, 7));
      assertThatThrownBy(() -> layer.apply(x, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("y_h must be f32 1x32x14x14 abcd, was f32 1x32x14x13 abcd");
      OctaveTensor missing = OctaveTensor.ofHigh(tensor(arena, 1, 32, 14, 14));
      assertThatThrownBy(() -> layer.apply(x, missing))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("y low must be f32 1x32x7x7 abcd, was null");
      Tensor readOnly =
          new Tensor(
              MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 32, 14, 14),
              arena.allocate(4 * 32 * 196, 64).asReadOnly());
      OctaveTensor unwritable = OctaveTensor.of(readOnly, tensor(arena, 1, 32, 7, 7));
      assertThatThrownBy(() -> layer.apply(x, unwritable))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("y_h is written, but its segment is read-only");
      OctaveTensor blocked =
          OctaveTensor.of(
              Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.NCHW16C, 1, 32, 14, 14), arena),
              tensor(arena, 1, 32, 7, 7));
      assertThatThrownBy(() -> layer.apply(x, blocked))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "high and low must have the same type and be densely packed NCHW or NHWC, were f32"
                  + " 1x32x14x14 aBcd16b and f32 1x32x7x7 abcd");
    }
  }

  /** A low part of one pixel has both layouts; the high part decides which one is meant. */
  @Test
  void aPartOfOnePixelTakesTheOthersLayout() {
    OctaveProblem problem =
        problem(OctaveConv2d.of(8, 8).alpha(0.5).kernel(3).padding(1).build(), 2, 3, 3);
    OctaveOracle.Parts expected = problem.expected();
    try (OctaveLayer layer = layer(problem);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NHWC, arena);
      for (FormatTag layout : List.of(FormatTag.NHWC, FormatTag.NCHW)) {
        OctaveTensor y = OctaveProblem.output(expected, layout, arena);
        assertThat(OutputFormat.of(y).layout()).isEqualTo(layout);
        layer.apply(x, y);
        problem.assertMatches(y, expected);
      }
    }
  }

  @Test
  void otherTypesStayClose() {
    OctaveProblem problem = middle();
    OctaveOracle.Parts expected = problem.expected();
    double largest = 0;
    for (double value : expected.high().toDoubles()) {
      largest = Math.max(largest, Math.abs(value));
    }
    try (OctaveLayer exact = layer(problem);
        OctaveLayer math = problem.spec.on(engine, problem.weights(), FIXED.fpMath(FpMath.BF16));
        OctaveLayer fastest =
            problem.spec.on(engine, problem.weights(), FIXED.type(PlanOptions.fastest().type()));
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      for (OctaveLayer layer : List.of(math, fastest)) {
        float[] y = layer.apply(x).high().floats();
        for (int i = 0; i < y.length; i++) {
          assertThat(Math.abs(y[i] - expected.high().doubleAt(i))).isLessThan(2e-2 * largest);
        }
      }
    }
    Bf16Support.isHereOrRefuses(
        () -> problem.spec.on(engine, problem.weights(), FIXED.type(DataType.BF16)).close());
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> PlanOptions.DEFAULT.threads(0))
        .hasMessage("threads must be 1 to 1024, was 0");
    assertThatThrownBy(() -> PlanOptions.DEFAULT.type(DataType.S8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type must be F32 or BF16, was S8");
    assertThat(FIXED.threads(2).fpMath(FpMath.BF16).threads()).isEqualTo(2);
  }

  @Test
  void floatArraysAndSegmentsAreFeatureMaps() {
    try (Arena arena = Arena.ofConfined()) {
      float[] values = OctaveProblem.random(new Random(1), 24);
      OctaveTensor copied = OctaveTensor.ofHigh(arena, values, 1, 2, 3, 4);
      assertThat(copied.high().floats()).containsExactly(values);
      assertThat(copied.hasHigh()).isTrue();
      assertThat(copied.hasLow()).isFalse();
      OctaveTensor viewed =
          OctaveTensor.ofHigh(copied.high().segment(), FormatTag.NHWC, 1, 2, 3, 4);
      assertThat(viewed.high().segment()).isSameAs(copied.high().segment());
      assertThat(viewed.high().floats()[1]).isEqualTo(values[2]);
      assertThatThrownBy(copied::low)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this feature map has no low part");
      assertThatThrownBy(() -> OctaveTensor.of(null, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("an octave tensor needs a high or a low part");
      assertThatThrownBy(() -> OctaveTensor.ofHigh(Tensor.of(arena, values, 24)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "high must have the dimensions (n, c, h, w), was Tensor[f32 24 a");
      Tensor two = tensor(arena, 2, 1, 1, 1);
      assertThatThrownBy(() -> OctaveTensor.of(copied.high(), two))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("high and low must have the same batch, were Tensor[");
      assertThatThrownBy(() -> new OctaveDesc(null, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a feature map needs a high or a low part");
    }
  }

  @Test
  void twoArraysAreOneFeatureMap() {
    try (Arena arena = Arena.ofConfined()) {
      float[] high = OctaveProblem.random(new Random(1), 2 * 3 * 5 * 4);
      float[] low = OctaveProblem.random(new Random(2), 2 * 1 * 2 * 2);
      OctaveShape shape = OctaveShape.of(2, 5, 4, SizeRule.FLOOR);
      OctaveTensor both = OctaveTensor.of(arena, high, low, new ChannelSplit(3, 1), shape);
      assertThat(both.high().desc().dims()).containsExactly(2, 3, 5, 4);
      assertThat(both.high().floats()).containsExactly(high);
      assertThat(both.low().desc().dims()).containsExactly(2, 1, 2, 2);
      assertThat(both.low().floats()).containsExactly(low);
      OctaveTensor lowOnly = OctaveTensor.of(arena, null, low, new ChannelSplit(0, 1), shape);
      assertThat(lowOnly.hasHigh()).isFalse();
      assertThatThrownBy(() -> OctaveTensor.of(arena, high, null, new ChannelSplit(3, 1), shape))
          .hasMessage(
              "low must have 8 values for ChannelSplit[high=3, low=1] and OctaveShape[batch=2, height=5, width=4, lowHeight=2, lowWidth=2], had none");
      assertThatThrownBy(() -> OctaveTensor.of(arena, high, low, new ChannelSplit(3, 0), shape))
          .hasMessageStartingWith("low must be null for ChannelSplit[high=3, low=0]");
      assertThatThrownBy(() -> OctaveTensor.of(arena, low, low, new ChannelSplit(3, 1), shape))
          .hasMessageStartingWith("high must have 120 values for")
          .hasMessageEndingWith("had 8 values");
    }
  }

  /** A function of the results is that of every formulation that a planner may choose. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLayerMayEndWithAnActivation(int threads) {
    OctaveProblem problem = middle();
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      for (Tuning tuning : Tuning.values()) {
        PlanOptions options =
            PlanOptions.DEFAULT.tuning(tuning).threads(threads).choices(PlanChoices.inMemory());
        try (OctaveLayer plain = problem.spec.on(engine, problem.weights(), options);
            OctaveLayer relu =
                problem.spec.on(engine, problem.weights(), Activation.RELU, options)) {
          assertThat(relu.activation()).isEqualTo(Activation.RELU);
          assertThat(plain.activation()).isEqualTo(Activation.NONE);
          OctaveTensor expected = plain.apply(x);
          OctaveTensor y = relu.apply(x);
          assertRectified(y.high().floats(), expected.high().floats());
          assertRectified(y.low().floats(), expected.low().floats());
        }
      }
    }
  }

  private static void assertRectified(float[] actual, float[] values) {
    int negative = 0;
    for (int i = 0; i < values.length; i++) {
      negative += values[i] < 0 ? 1 : 0;
      assertThat(actual[i]).isCloseTo(Math.max(0, values[i]), within(1e-4f));
    }
    assertThat(negative).isPositive();
  }

  /** The default options measure; whatever they choose must be right. */
  @Test
  void theDefaultOptionsGiveTheSameNumbers() {
    OctaveProblem problem = middle();
    OctaveOracle.Parts expected = problem.expected();
    try (OctaveLayer layer = problem.spec.on(engine, problem.weights());
        Arena arena = Arena.ofConfined()) {
      problem.assertMatches(layer.apply(problem.input(FormatTag.NCHW, arena)), expected);
      problem.assertMatches(
          layer.apply(problem.input(FormatTag.NHWC, arena), OutputFormat.NHWC, arena), expected);
    }
  }
}
