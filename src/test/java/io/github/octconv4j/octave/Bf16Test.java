package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.octconv4j.Bf16Support;
import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** BF16 inside, with the user's data F32 or BF16, and F32 with BF16 arithmetic. */
class Bf16Test {
  private static final PlanOptions F32 = PlanOptions.DEFAULT.tuning(Tuning.OFF);
  private static final PlanOptions BF16 = F32.type(DataType.BF16);

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static OctaveProblem middle() {
    return new OctaveProblem(
        OctaveConv2d.of(64, 48).alpha(0.5).kernel(3).padding(1).build(),
        2,
        14,
        14,
        EnumSet.of(OctavePath.HH, OctavePath.LL),
        new Random(1));
  }

  private static boolean isHereOrRefuses(OctaveProblem problem) {
    return Bf16Support.isHereOrRefuses(
        () -> problem.spec.on(engine, problem.weights(), BF16).close());
  }

  static IntStream seeds() {
    return IntStream.range(0, 48);
  }

  /** Each kind of problem, with each combination of the types of input and output. */
  @ParameterizedTest
  @MethodSource("seeds")
  void staysWithinTwoHundredthsOfTheLargest(int seed) {
    OctaveProblem problem = OctaveLayerTest.problem(seed);
    if (!isHereOrRefuses(problem)) {
      return;
    }
    OctaveOracle.Parts expected = problem.expected();
    DataType in = seed % 2 == 0 ? DataType.F32 : DataType.BF16;
    DataType out = seed / 2 % 2 == 0 ? DataType.F32 : DataType.BF16;
    FormatTag layout = seed / 4 % 2 == 0 ? FormatTag.NCHW : FormatTag.NHWC;
    try (OctaveLayer layer = problem.spec.on(engine, problem.weights(), BF16);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor floats = problem.input(layout, arena);
      OctaveTensor x =
          OctaveTensor.of(
              converted(floats.part(Frequency.HIGH), in, layout, arena),
              converted(floats.part(Frequency.LOW), in, layout, arena));
      OctaveTensor y = layer.apply(x, new OutputFormat(layout, out), arena);
      for (Frequency frequency : Frequency.values()) {
        Tensor part = y.part(frequency);
        TensorData wanted = frequency == Frequency.HIGH ? expected.high() : expected.low();
        assertThat(part == null).isEqualTo(wanted == null);
        if (part != null) {
          assertThat(part.desc().type()).isEqualTo(out);
          float[] values = converted(part, DataType.F32, FormatTag.NCHW, arena).floats();
          assertClose(
              values,
              wanted,
              String.format(Locale.ROOT, "%s of %s, %s to %s", frequency, problem, in, out));
        }
      }
    }
  }

  private static Tensor converted(Tensor from, DataType type, FormatTag layout, Arena arena) {
    if (from == null) {
      return null;
    }
    Tensor to = Tensor.allocate(MemoryDesc.of(type, layout, from.desc().dims()), arena);
    Reorder.copy(engine, from, to);
    return to;
  }

  private static void assertClose(float[] actual, TensorData expected, String what) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected.doubleAt(i)));
      error = Math.max(error, Math.abs(expected.doubleAt(i) - actual[i]));
    }
    assertThat(error).as(what).isLessThanOrEqualTo(2e-2 * largest);
  }

  private static List<StepInfo> steps(PlanOptions options, DataType userType) {
    OctaveProblem problem = middle();
    try (OctaveLayer layer = problem.spec.on(engine, problem.weights(), options)) {
      OctaveDesc x =
          new OctaveDesc(
              MemoryDesc.of(userType, FormatTag.NHWC, 2, 32, 14, 14),
              MemoryDesc.of(userType, FormatTag.NHWC, 2, 32, 7, 7));
      try (OctavePlan plan = layer.plan(x, new OutputFormat(FormatTag.NHWC, userType))) {
        return plan.steps();
      }
    }
  }

  /** No step works in floats in disguise; only biases are floats, of which sums begin. */
  @Test
  void allOperandsInsideAreBf16() {
    if (!isHereOrRefuses(middle())) {
      return;
    }
    List<StepInfo> ofBf16 = steps(BF16, DataType.BF16);
    assertThat(ofBf16).noneMatch(step -> step.kind().equals("reorder"));
    assertThat(ofBf16.stream().filter(step -> step.kind().equals("convolution"))).hasSize(4);
    for (StepInfo step : ofBf16) {
      for (Map.Entry<String, String> operand : step.operands().entrySet()) {
        String type = operand.getKey().equals("bias") ? " f32 " : " bf16 ";
        assertThat(operand.getValue()).as(step.name()).contains(type);
      }
    }
    // Floats of the user's are converted once, on both ends.
    List<StepInfo> ofF32 = steps(BF16, DataType.F32);
    assertThat(ofF32).hasSize(ofBf16.size() + 4);
    assertThat(ofF32.stream().filter(step -> step.kind().equals("convolution")))
        .allMatch(step -> step.operands().get("src").contains(" bf16 "))
        .allMatch(step -> step.operands().get("weights").contains(" bf16 "))
        .allMatch(step -> step.operands().get("dst").contains(" bf16 "));
  }

  /**
   * oneDNN's x86-64 convolutions take the mode where the processor has AMX, and are the strict ones
   * elsewhere; see {@link FpMath#BF16}. If this fails with a new oneDNN, correct what is said
   * there.
   */
  @Test
  void bf16ArithmeticNeedsAmx() {
    assumeTrue(System.getProperty("os.arch").matches("amd64|x86_64"));
    List<String> strict = implementations(F32);
    List<String> fast = implementations(F32.fpMath(FpMath.BF16));
    OctaveProblem problem = middle();
    try (OctaveLayer exact = problem.spec.on(engine, problem.weights(), F32);
        OctaveLayer math = problem.spec.on(engine, problem.weights(), F32.fpMath(FpMath.BF16));
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      float[] y = math.apply(x).high().floats();
      assertClose(y, problem.expected().high(), "high");
      if (CpuIsa.name().contains("amx")) {
        assertThat(fast).isNotEqualTo(strict).anyMatch(name -> name.contains("amx"));
      } else {
        assertThat(fast).isEqualTo(strict);
        assertThat(y).containsExactly(exact.apply(x).high().floats());
      }
    }
  }

  private static List<String> implementations(PlanOptions options) {
    return steps(options, DataType.F32).stream().map(StepInfo::implementation).toList();
  }
}
