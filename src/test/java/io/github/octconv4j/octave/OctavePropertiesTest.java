package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.octave.plan.Candidates;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.OctaveSizes;
import io.github.octconv4j.safety.Soak;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random octave convolutions over all rules against plain loops, element by element. Seeds are
 * fixed, but for {@code scripts/test --soak}; where a property fails jqwik prints the seed and the
 * simplest draft that it found.
 */
@AddLifecycleHook(Soak.Seeds.class)
class OctavePropertiesTest {
  private static final int TRIES = 3250; // a few are impossible
  private static final int FORMULATION_TRIES = 420;

  private static Engine engine;

  @BeforeContainer
  static void open() {
    engine = Engine.cpu();
  }

  @AfterContainer
  static void close() {
    engine.close();
  }

  @Provide
  static Arbitrary<OctaveDraft> mostlyPossible() {
    return OctaveDraft.drafts(2);
  }

  @Provide
  static Arbitrary<OctaveDraft> oftenImpossible() {
    return OctaveDraft.drafts(100);
  }

  @Provide
  static Arbitrary<Integer> threads() {
    return Arbitraries.integers().between(1, 3);
  }

  @Property(tries = TRIES, seed = "20260801", edgeCases = EdgeCasesMode.NONE)
  void givesWhatTheFormulasGive(@ForAll("mostlyPossible") OctaveDraft draft) {
    problem(draft)
        .ifPresent(
            problem ->
                check(problem, PlanOptions.DEFAULT, Formulation.DEFAULT, draft.data().seed()));
  }

  @Property(tries = FORMULATION_TRIES, seed = "20260802", edgeCases = EdgeCasesMode.NONE)
  void everyFormulationGivesWhatTheFormulasGive(
      @ForAll("mostlyPossible") OctaveDraft draft, @ForAll("threads") int threads) {
    problem(draft)
        .ifPresent(
            problem -> {
              PlanOptions options = PlanOptions.DEFAULT.threads(threads);
              check(problem, options, formulation(draft, problem, options), draft.data().seed());
            });
  }

  /** One of those that are possible; which one depends on the draft. */
  private static Formulation formulation(
      OctaveDraft draft, OctaveProblem problem, PlanOptions options) {
    List<Formulation> all = Candidates.all(problem.spec, problem.shape(), options);
    return all.get(new Random(draft.data().seed()).nextInt(all.size()));
  }

  /** What can't be is refused when it is specified, a size without an output when it is planned. */
  @Property(tries = 2000, seed = "20260803", edgeCases = EdgeCasesMode.NONE)
  void whatIsImpossibleIsRefused(@ForAll("oftenImpossible") OctaveDraft draft) {
    problem(draft).ifPresent(problem -> OctaveSizes.of(problem.spec, problem.shape()));
  }

  /** The problem of a draft. If there is none, what refuses it must name parameters and values. */
  private static Optional<OctaveProblem> problem(OctaveDraft draft) {
    Optional<String> error = draft.error();
    if (error.isPresent()) {
      assertThatThrownBy(draft::spec)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(error.get());
      return Optional.empty();
    }
    OctaveProblem problem = draft.problem(draft.spec());
    if (problem.exists()) {
      return Optional.of(problem);
    }
    assertThatThrownBy(() -> OctaveSizes.of(problem.spec, problem.shape()))
        .as(problem.toString())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.format(Locale.ROOT, "%dx%d", problem.height, problem.width));
    return Optional.empty();
  }

  /** Compares a plan's result, in a layout that depends on the seed, with the oracle's. */
  private static void check(
      OctaveProblem problem, PlanOptions options, Formulation formulation, long seed) {
    boolean nhwc = (seed & 1) == 0;
    FormatTag layout = nhwc ? FormatTag.NHWC : FormatTag.NCHW;
    OctaveOracle.Parts expected = problem.expected();
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(layout, arena);
      try (OctavePlan plan =
          Plans.plan(
              engine,
              problem.spec,
              problem.weights(),
              OctaveDesc.of(x),
              nhwc ? OutputFormat.NHWC : OutputFormat.NCHW,
              options,
              formulation)) {
        OctaveTensor y = OctaveProblem.output(expected, layout, arena);
        plan.run(x, y);
        problem.assertMatches(y, expected);
      }
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "%s: %s, %d threads, %s",
              problem,
              formulation,
              options.threads(),
              layout),
          e);
    }
  }

  /** What the properties draw is of all kinds; if this fails, draw from other numbers. */
  @Example
  void theDraftsCoverTheRules() {
    Set<String> seen = new TreeSet<>();
    int possible = 0;
    for (OctaveDraft draft : sample(TRIES, 1)) {
      Optional<OctaveProblem> problem = problem(draft);
      problem.ifPresent(p -> note(p, seen));
      possible += problem.isPresent() ? 1 : 0;
    }
    assertThat(possible).isGreaterThan(3000);
    assertThat(seen).containsAll(expectedRules());
    assertThat(seen)
        .containsAll(numbers("rows ", 1, 40))
        .containsAll(numbers("columns ", 1, 40))
        .containsAll(numbers("in channels ", 1, 70))
        .containsAll(numbers("out channels ", 1, 70))
        .containsAll(numbers("kernel rows ", 1, 11))
        .containsAll(numbers("kernel columns ", 1, 11))
        .containsAll(numbers("batch ", 1, 3));
  }

  private static void note(OctaveProblem problem, Set<String> seen) {
    OctaveConv2d spec = problem.spec;
    Padding p = spec.padding();
    String stride =
        spec.stride() == 1 ? "stride 1" : "stride " + spec.stride() + " " + spec.strideRule();
    boolean depthwise = spec.groups().depthwise();
    boolean exchange = spec.has(OctavePath.HL) || spec.has(OctavePath.LH);
    String groups =
        depthwise
            ? "depthwise" + (exchange ? " with exchange" : "")
            : spec.groups().count() > 1 ? "groups" : "dense";
    boolean multiplier = spec.out().total() > spec.in().total();
    String odd = String.format(Locale.ROOT, " odd %d%d", problem.height % 2, problem.width % 2);
    seen.add(stride + " " + spec.paths());
    seen.add(stride + " " + groups);
    seen.add(groups + (multiplier ? " with multiplier" : ""));
    if (spec.in().hasBoth() || spec.out().hasBoth()) {
      seen.add(stride + " " + spec.sizeRule() + odd);
    }
    if (p.top() != p.bottom() && p.left() != p.right()) {
      seen.add("asymmetric padding" + (spec.paths().size() == 4 ? " of all paths" : ""));
    }
    if (spec.kernelHeight() != spec.kernelWidth()) {
      seen.add("kh != kw");
    }
    if (spec.dilationHeight() != spec.dilationWidth() && spec.kernelHeight() > 1) {
      seen.add("dh != dw");
    }
    for (Frequency output : Frequency.values()) {
      long paths = spec.paths().stream().filter(path -> path.destination() == output).count();
      seen.add(String.format(Locale.ROOT, "biases of %d paths: %d", paths, problem.biases(output)));
    }
    seen.add("rows " + problem.height);
    seen.add("columns " + problem.width);
    seen.add("in channels " + spec.in().total());
    seen.add("out channels " + spec.out().total());
    seen.add("kernel rows " + spec.kernelHeight());
    seen.add("kernel columns " + spec.kernelWidth());
    seen.add("batch " + problem.batch);
  }

  private static List<String> expectedRules() {
    List<String> paths =
        List.of(
            "[HH]",
            "[HL]",
            "[LH]",
            "[LL]",
            "[HH, HL]",
            "[HH, LH]",
            "[HL, LL]",
            "[LH, LL]",
            "[HH, LL]",
            "[HH, HL, LH, LL]");
    Set<String> all = new TreeSet<>();
    for (String stride : List.of("stride 1", "stride 2 POOL_ALL", "stride 2 KEEP_LOW")) {
      paths.forEach(some -> all.add(stride + " " + some));
      for (String groups : List.of("dense", "groups", "depthwise", "depthwise with exchange")) {
        all.add(stride + " " + groups);
      }
      for (String odd : List.of("00", "01", "10", "11")) {
        all.add(stride + " FLOOR odd " + odd);
        all.add(stride + " CEIL odd " + odd);
      }
    }
    for (int stride = 2; stride <= 4; stride++) {
      for (String of : List.of("[HH]", "dense", "groups", "depthwise")) {
        all.add(String.format(Locale.ROOT, "stride %d MOVE_KERNEL %s", stride, of));
      }
    }
    all.add("depthwise with multiplier");
    all.add("asymmetric padding");
    all.add("asymmetric padding of all paths");
    all.add("kh != kw");
    all.add("dh != dw");
    for (int biases = 0; biases <= 2; biases++) {
      all.add("biases of 2 paths: " + biases);
    }
    return List.copyOf(all);
  }

  private static List<String> numbers(String prefix, int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(i -> prefix + i).toList();
  }

  @Example
  void theDraftsCoverTheFormulations() {
    Set<String> seen = new TreeSet<>();
    Random random = new Random(2);
    for (OctaveDraft draft : sample(FORMULATION_TRIES, 2)) {
      problem(draft)
          .ifPresent(
              problem -> {
                PlanOptions options = PlanOptions.DEFAULT.threads(1 + random.nextInt(3));
                Formulation f = formulation(draft, problem, options);
                seen.add(f.getClass().getSimpleName());
                seen.addAll(List.of(f.toString().split(", ")));
              });
    }
    assertThat(seen)
        .contains("nhwc", "blocked", "sum on_convolution", "sum on_resampling")
        .contains("merged low_sources", "merged low_results", "merged high_sources")
        .contains("Whole", "Images", "Bands", "Channels", "Branches", "LowResults", "Pointwise");
  }

  private static List<OctaveDraft> sample(int count, long seed) {
    return OctaveDraft.drafts(2).generator(count).stream(new Random(seed))
        .limit(count)
        .map(shrinkable -> shrinkable.value())
        .toList();
  }
}
