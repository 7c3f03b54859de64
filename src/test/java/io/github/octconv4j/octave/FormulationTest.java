package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Lanewise;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.plan.Candidates;
import io.github.octconv4j.octave.plan.CompiledLayer;
import io.github.octconv4j.octave.plan.EdgeReorders;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.Formulation.HighSum;
import io.github.octconv4j.octave.plan.Formulation.LowSum;
import io.github.octconv4j.octave.plan.Formulation.Sharing;
import io.github.octconv4j.octave.plan.Formulations;
import io.github.octconv4j.octave.plan.Layout;
import io.github.octconv4j.octave.plan.OctaveOperand;
import io.github.octconv4j.octave.plan.OctaveProgramBuilder;
import io.github.octconv4j.octave.plan.OctaveSizes;
import io.github.octconv4j.octave.plan.SmallSum;
import io.github.octconv4j.safety.Soak;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to put a convolution together gives the numbers of the formulas. */
class FormulationTest {
  private static final int PROBLEMS = Soak.count("formulations", 28, 280);
  private static final Set<String> SEEN = new HashSet<>();

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  /** The problems above are of the kinds that each formulation is for. */
  @AfterAll
  static void close() {
    engine.close();
    if (SEEN.contains("all sums")) {
      assertThat(SEEN)
          .contains(
              "small sum, threads PRIMITIVES",
              "small sum, threads ROWS",
              "small sum, threads BRANCHES");
    }
    if (SEEN.contains("all problems")) {
      for (Sharing sharing : Sharing.values()) {
        assertThat(SEEN).contains(sharing.name());
      }
      for (Class<?> family : Formulation.class.getPermittedSubclasses()) {
        assertThat(SEEN).contains(family.getSimpleName());
      }
      assertThat(SEEN).contains("merged low_sources", "merged low_results");
      assertThat(SEEN).contains("merged high_sources", "merged high_results");
      assertThat(SEEN).contains("NHWC", "BLOCKED", "bands", "threads 1", "threads 2", "threads 3");
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, PROBLEMS);
  }

  /** Half of the problems are of any kind, half of the kind that bands and blocks are for. */
  private static OctaveProblem problem(int seed) {
    if (seed % 2 == 0) {
      return OctaveLayerTest.problem(seed);
    }
    Random random = new Random(Soak.seed(seed));
    int kernel = 1 + 2 * random.nextInt(3);
    int dilation = 1 + random.nextInt(2);
    double[] alphas = {0, 0.125, 0.25, 0.5, 0.75, 1};
    int in = 16 + random.nextInt(33);
    int out = 16 + random.nextInt(33);
    int kind = seed / 2 % 4;
    OctaveConv2d spec =
        OctaveConv2d.of(in, out)
            .alpha(
                kind == 0 ? 0 : alphas[1 + random.nextInt(4)],
                kind == 1 ? 0 : alphas[1 + random.nextInt(4)])
            .kernel(kernel)
            .dilation(dilation)
            .padding(dilation * (kernel - 1) / 2)
            .stride(1 + random.nextInt(2))
            .build();
    return new OctaveProblem(
        spec,
        1 + random.nextInt(4),
        4 * (1 + random.nextInt(6)),
        4 * (1 + random.nextInt(6)),
        EnumSet.of(OctavePath.HH, OctavePath.LL),
        random);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void givesWhatTheFormulasGive(int seed) {
    OctaveProblem problem = problem(seed);
    OctaveOracle.Parts expected = problem.expected();
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor nhwc = problem.input(FormatTag.NHWC, arena);
      OctaveTensor nchw = problem.input(FormatTag.NCHW, arena);
      for (int threads = 1; threads <= (seed % 8 == 1 ? 3 : 1 + seed % 2); threads++) {
        PlanOptions options = PlanOptions.DEFAULT.threads(threads).tuning(Tuning.OFF);
        OctaveShape shape = OctaveSizes.shape(OctaveDesc.of(nhwc), problem.spec);
        List<Formulation> all = Candidates.all(problem.spec, shape, options);
        assertThat(all).isNotEmpty().doesNotHaveDuplicates();
        for (Formulation formulation : all) {
          if ((seed + all.indexOf(formulation)) % 2 == 0) {
            check(problem, expected, options, formulation, nhwc, OutputFormat.NHWC, arena);
          } else {
            check(problem, expected, options, formulation, nchw, OutputFormat.NCHW, arena);
          }
          SEEN.addAll(
              List.of(
                  formulation.layout().name(),
                  formulation.sharing().name(),
                  formulation.getClass().getSimpleName(),
                  formulation.toString().contains("bands") ? "bands" : "whole",
                  "threads " + threads));
          SEEN.addAll(List.of(formulation.toString().split(", ")));
        }
      }
    }
    if (seed == PROBLEMS - 1) {
      SEEN.add("all problems");
    }
  }

  private static void check(
      OctaveProblem problem,
      OctaveOracle.Parts expected,
      PlanOptions options,
      Formulation formulation,
      OctaveTensor x,
      OutputFormat format,
      Arena arena) {
    try (CompiledLayer compiled =
        Plans.compiled(
            engine,
            problem.spec,
            problem.weights(),
            OctaveDesc.of(x),
            format,
            options,
            formulation)) {
      assertThat(Lanewise.conflicts(compiled.program())).isEmpty();
      OctavePlan plan = new OctavePlan(compiled);
      assertThat(plan.formulation()).isEqualTo(formulation.toString());
      OctaveTensor y = OctaveProblem.output(expected, format.layout(), arena);
      plan.run(x, y);
      problem.assertMatches(y, expected);
      plan.run(x, y); // nothing is left over from the first run
      problem.assertMatches(y, expected);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "%s: %s, %d threads, %s",
              problem,
              formulation,
              options.threads(),
              format),
          e);
    }
  }

  /** A choice is kept as text, and must say which formulation it was. */
  @Test
  void differentFormulationsHaveDifferentTexts() {
    OctaveConv2d spec = OctaveConv2d.of(64, 64).alpha(0.5).build();
    Set<String> texts = new HashSet<>();
    int count = 0;
    for (int batch = 1; batch <= 2; batch++) {
      OctaveShape shape = OctaveShape.of(batch, 28, 28, SizeRule.FLOOR);
      for (int threads = 1; threads <= 2; threads++) {
        List<Formulation> all = Candidates.all(spec, shape, PlanOptions.DEFAULT.threads(threads));
        texts.clear();
        all.forEach(formulation -> texts.add(formulation.toString()));
        assertThat(texts).hasSameSizeAs(all);
        count += all.size();
      }
    }
    assertThat(count).isGreaterThan(100);
    assertThat(new Formulation.Bands(HighSum.ON_RESAMPLING, LowSum.ONE, 7))
        .hasToString("nhwc, sum on_resampling, merged low_sources, threads rows, bands of 7 rows");
    assertThat(new Formulation.LowResults(HighSum.ON_CONVOLUTION, true))
        .hasToString("blocked, sum on_convolution, merged low_results, threads channels");
    assertThat(new Formulation.Pointwise(Formulation.Beside.RESULTS, 0))
        .hasToString("nhwc, sum on_resampling, merged high_results, threads rows");
  }

  /** What would give wrong numbers is refused, not computed. */
  @Test
  void whatDoesNotFitIsRefused() {
    OctaveConv2d square = OctaveConv2d.of(16, 16).alpha(0.5).kernel(3).padding(1).build();
    OctaveConv2d grouped = OctaveConv2d.of(16, 16).alpha(0.5).groups(2).build();
    OctaveShape even = OctaveShape.of(1, 8, 8, SizeRule.FLOOR);
    OctaveShape odd = OctaveShape.of(1, 9, 9, SizeRule.FLOOR);
    OctaveShape two = OctaveShape.of(2, 8, 8, SizeRule.FLOOR);
    HighSum sum = HighSum.ON_RESAMPLING;
    assertRefused(square, even, new Formulation.Pointwise(Formulation.Beside.SOURCES, 2));
    assertRefused(square, odd, new Formulation.Bands(sum, LowSum.SEPARATE, 2));
    assertRefused(square, two, new Formulation.LowResults(sum, false));
    assertRefused(square, two, new Formulation.Channels(sum, LowSum.SEPARATE));
    assertRefused(square, even, new Formulation.Branches(Layout.NHWC, LowSum.SEPARATE));
    assertRefused(grouped, even, new Formulation.Whole(Layout.NHWC, sum, LowSum.ONE));
    assertRefused(grouped, even, new Formulation.Whole(Layout.BLOCKED, sum, LowSum.SEPARATE));
    assertThatThrownBy(() -> new Formulation.Bands(sum, LowSum.ONE, 0))
        .hasMessage("bandRows must be at least 1, was 0");
    assertThatThrownBy(() -> new Formulation.Pointwise(Formulation.Beside.SOURCES, -1))
        .hasMessage("bandRows must be at least 0, was -1");
  }

  private static void assertRefused(OctaveConv2d spec, OctaveShape shape, Formulation formulation) {
    OctaveProblem problem =
        new OctaveProblem(
            spec,
            shape.batch(),
            shape.height(),
            shape.width(),
            EnumSet.noneOf(OctavePath.class),
            new Random(1));
    PlanOptions options = PlanOptions.DEFAULT;
    OctaveDesc input = OctaveDesc.any(spec.in(), shape);
    assertThatThrownBy(
            () ->
                Plans.compiled(
                    engine, spec, problem.weights(), input, OutputFormat.ANY, options, formulation))
        .as("%s", formulation)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't be put together as " + formulation);
  }

  /** As in a residual block: added to what is there, then the activation, both in the last step. */
  @ParameterizedTest
  @MethodSource("seeds")
  void addsToTheOutputAndActivates(int seed) {
    OctaveProblem problem = problem(seed);
    OctaveOracle.Parts expected = problem.expected();
    OctaveOracle.Parts twice =
        new OctaveOracle.Parts(twiceAboveZero(expected.high()), twiceAboveZero(expected.low()));
    int threads = 1 + seed % 2;
    PlanOptions options = PlanOptions.DEFAULT.threads(threads).tuning(Tuning.OFF);
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      OctaveShape shape = OctaveSizes.shape(OctaveDesc.of(x), problem.spec);
      for (Formulation formulation : Candidates.all(problem.spec, shape, options)) {
        boolean can = Formulations.sumsSmall(formulation, problem.spec, shape);
        for (boolean small : can ? new boolean[] {false, true} : new boolean[] {false}) {
          OctaveTensor y = OctaveProblem.output(expected, FormatTag.NCHW, arena);
          runTwice(problem, formulation, options, x, y, small);
          try {
            problem.assertMatches(y, twice);
          } catch (AssertionError e) {
            throw new AssertionError(problem + ": " + formulation + ", small " + small, e);
          }
          if (small) {
            SEEN.add("small sum, threads " + formulation.sharing());
          }
        }
      }
    }
    if (seed == PROBLEMS - 1) {
      SEEN.add("all sums");
    }
  }

  /**
   * {@code relu(y + y)} by two layers of the same weights.
   *
   * @param small whether what both upsample is summed before
   */
  private static void runTwice(
      OctaveProblem problem,
      Formulation formulation,
      PlanOptions options,
      OctaveTensor x,
      OctaveTensor y,
      boolean small) {
    OctaveConv2d spec = problem.spec;
    OctaveShape shape = OctaveSizes.shape(OctaveDesc.of(x), spec);
    OctaveShape out = spec.outputShape(shape);
    Layout layout = formulation.layout();
    try (ProgramBuilder program =
        new ProgramBuilder(engine, Formulations.primitiveThreads(formulation, options.threads()))) {
      OctaveProgramBuilder builder = new OctaveProgramBuilder(program, options);
      Map<Frequency, Operand> in = new EnumMap<>(Frequency.class);
      Map<Frequency, Operand> results = new EnumMap<>(Frequency.class);
      for (Frequency f : Frequency.values()) {
        if (x.part(f) != null) {
          in.put(f, program.input("x" + f, x.part(f).desc()));
        }
        if (y.part(f) != null) {
          results.put(f, program.output("y" + f, y.part(f).desc()));
        }
      }
      EdgeReorders edges = new EdgeReorders(builder);
      OctaveOperand from =
          edges.input(spec.in(), shape, layout, in.get(Frequency.HIGH), in.get(Frequency.LOW));
      OctaveOperand to =
          edges.output(
              spec.out(), out, layout, results.get(Frequency.HIGH), results.get(Frequency.LOW));
      Formulation plain = new Formulation.Whole(layout, HighSum.ON_RESAMPLING, LowSum.SEPARATE);
      Operand sum = small ? builder.small("sum", to) : null;
      builder.convolution(
          "first",
          spec,
          problem.weights().forPrograms(),
          from,
          to,
          false,
          Activation.NONE,
          plain,
          sum == null ? null : new SmallSum(sum, false, false));
      builder.convolution(
          "second",
          spec,
          problem.weights().forPrograms(),
          from,
          to,
          true,
          Activation.RELU,
          formulation,
          sum == null ? null : new SmallSum(sum, true, true));
      edges.copyOut(to, results.get(Frequency.HIGH), results.get(Frequency.LOW));
      try (Program built = program.build();
          Execution execution = built.newExecution()) {
        assertThat(Lanewise.conflicts(built)).isEmpty();
        for (Frequency f : Frequency.values()) {
          if (x.part(f) != null) {
            execution.bind(in.get(f), x.part(f));
          }
          if (y.part(f) != null) {
            execution.bind(results.get(f), y.part(f));
          }
        }
        execution.run();
      }
    }
  }

  private static TensorData twiceAboveZero(TensorData y) {
    if (y == null) {
      return null;
    }
    double[] twice = Arrays.stream(y.toDoubles()).map(value -> Math.max(0, 2 * value)).toArray();
    return OctaveOracle.tensor(twice, y.dims());
  }
}
