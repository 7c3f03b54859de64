package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.bench.ScalarOctave;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.octave.Formulation.Sharing;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to put a convolution together gives the numbers of the formulas. */
class FormulationTest {
  private static final int PROBLEMS = 28;
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
    if (SEEN.contains("all problems")) {
      for (Sharing sharing : Sharing.values()) {
        assertThat(SEEN).contains(sharing.name());
      }
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
    Random random = new Random(seed);
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
    ScalarOctave.Result expected = problem.expected();
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor nhwc = problem.input(FormatTag.NHWC, arena);
      OctaveTensor nchw = problem.input(FormatTag.NCHW, arena);
      for (int threads = 1; threads <= (seed % 8 == 1 ? 3 : 1 + seed % 2); threads++) {
        PlanOptions options = PlanOptions.DEFAULT.threads(threads).tuning(Tuning.OFF);
        OctaveShape shape = OctaveDesc.of(nhwc).shape(problem.spec);
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
                  formulation.bandRows() > 0 ? "bands" : "whole",
                  "threads " + threads));
        }
      }
    }
    if (seed == PROBLEMS - 1) {
      SEEN.add("all problems");
    }
  }

  private static void check(
      OctaveProblem problem,
      ScalarOctave.Result expected,
      PlanOptions options,
      Formulation formulation,
      OctaveTensor x,
      OutputFormat format,
      Arena arena) {
    try (OctavePlan plan =
        OctavePlan.build(
            engine,
            problem.spec,
            problem.weights(),
            OctaveDesc.of(x),
            format,
            options,
            formulation)) {
      assertThat(plan.formulation()).isEqualTo(formulation);
      OctaveTensor y = OctaveProblem.output(expected, format.layout(), arena);
      plan.run(x, y);
      problem.assertMatches(y, expected);
      plan.run(x, y); // nothing is left over from the first run
      problem.assertMatches(y, expected);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "%s: %s, %d threads, %s".formatted(problem, formulation, options.threads(), format), e);
    }
  }
}
