package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.safety.Soak;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole layer against plain loops, over random specifications and sizes. */
class OctaveLayerTest {
  private static final int PROBLEMS = Soak.count("problems", 220, 2200);

  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  static IntStream seeds() {
    return IntStream.range(0, PROBLEMS);
  }

  /** A problem of any kind; which one depends on the seed alone, and on that of a soak. */
  static OctaveProblem problem(int seed) {
    Random random = new Random(Soak.seed(seed) * 7919L + 17);
    while (true) {
      OctaveConv2d spec = spec(random, seed);
      int height = 1 + random.nextInt(20);
      int width = 1 + random.nextInt(20);
      int batch = 1 + random.nextInt(3);
      if (spec.in().high() == 0) { // the low input decides, at twice its size
        height += height % 2;
        width += width % 2;
      }
      boolean floor = spec.sizeRule() == SizeRule.FLOOR;
      if (spec.in().low() > 0 && floor && (height < 2 || width < 2)) {
        continue; // there is no such low input
      }
      Set<OctavePath> biased = EnumSet.noneOf(OctavePath.class);
      for (OctavePath path : OctavePath.values()) {
        if (random.nextInt(3) == 0) {
          biased.add(path);
        }
      }
      OctaveProblem problem = new OctaveProblem(spec, batch, height, width, biased, random);
      if (exists(problem)) {
        return problem;
      }
    }
  }

  private static boolean exists(OctaveProblem problem) {
    try {
      problem.expected();
      return true;
    } catch (IllegalArgumentException e) {
      assertRefused(problem);
      return false;
    }
  }

  /** What the formulas can't compute, the layer must refuse with an explanation. */
  private static void assertRefused(OctaveProblem problem) {
    try (Engine own = Engine.cpu();
        OctaveLayer layer = problem.spec.on(own, problem.weights());
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = problem.input(FormatTag.NCHW, arena);
      assertThatThrownBy(() -> layer.apply(x))
          .as(problem.toString())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(
              "(?s)(kernel .* leave no output of|stride 2 leaves no high part of|(the input|the low"
                  + " output|the pooled low input) of \\d+x\\d+ would have a low part of) ?.*");
    }
  }

  private static OctaveConv2d spec(Random random, int seed) {
    int kind = seed % 8; // 6: groups, 7: depthwise
    Groups groups = Groups.DENSE;
    ChannelSplit in = split(random, 1);
    ChannelSplit out = split(random, 1);
    if (kind == 6) {
      groups = Groups.of(2 + random.nextInt(3));
      in = split(random, groups.count());
      out = split(random, groups.count());
    } else if (kind == 7) {
      in = new ChannelSplit(1 + random.nextInt(20), 1 + random.nextInt(20));
      int factor = 1 + random.nextInt(2);
      out = new ChannelSplit(factor * in.high(), factor * in.low());
      groups = Groups.DEPTHWISE;
    }
    int kh = 1 + random.nextInt(random.nextInt(4) == 0 ? 7 : 3);
    int kw = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : kh;
    int dh = 1 + random.nextInt(random.nextInt(3) == 0 ? 3 : 1);
    int dw = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : dh;
    int stride = 1 + random.nextInt(2);
    StrideRule strideRule = random.nextBoolean() ? StrideRule.POOL_ALL : StrideRule.KEEP_LOW;
    if (in.low() == 0 && out.low() == 0 && seed % 3 > 0) {
      strideRule = StrideRule.MOVE_KERNEL;
      stride = 1 + random.nextInt(4);
    }
    boolean depthwise = kind == 7;
    boolean added = in.hasBoth() && out.high() > 0 && !depthwise;
    boolean upsamples = !(stride == 2 && strideRule == StrideRule.KEEP_LOW);
    Padding padding;
    if (added && upsamples) { // only "same" padding can be added, on whichever sides
      int vertical = dh * (kh - 1);
      int horizontal = dw * (kw - 1);
      int top = random.nextInt(vertical + 1);
      int left = random.nextInt(horizontal + 1);
      padding = new Padding(top, left, vertical - top, horizontal - left);
    } else {
      padding =
          new Padding(
              random.nextInt(kh + 1),
              random.nextInt(kw + 1),
              random.nextInt(kh + 1),
              random.nextInt(kw + 1));
    }
    return new OctaveConv2d(
        in,
        out,
        kh,
        kw,
        stride,
        padding,
        dh,
        dw,
        groups,
        strideRule,
        random.nextBoolean() ? SizeRule.FLOOR : SizeRule.CEIL);
  }

  /** Channels from 1 to 40 in all, multiples of a number, one in five without high or low. */
  private static ChannelSplit split(Random random, int multiple) {
    int most = 20 / multiple;
    int high = multiple * (1 + random.nextInt(most));
    int low = multiple * (1 + random.nextInt(most));
    return switch (random.nextInt(5)) {
      case 0 -> new ChannelSplit(high, 0);
      case 1 -> new ChannelSplit(0, low);
      default -> new ChannelSplit(high, low);
    };
  }

  /** The layer with the fixed formulation: what a run does must not depend on timing. */
  private static OctaveLayer layer(OctaveProblem problem) {
    return problem.spec.on(engine, problem.weights(), PlanOptions.DEFAULT.tuning(Tuning.OFF));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void givesWhatTheFormulasGive(int seed) {
    OctaveProblem problem = problem(seed);
    OctaveOracle.Parts expected = problem.expected();
    try (OctaveLayer layer = layer(problem);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor nchw = problem.input(FormatTag.NCHW, arena);
      OctaveTensor nhwc = problem.input(FormatTag.NHWC, arena);
      problem.assertMatches(layer.apply(nchw), expected);
      problem.assertMatches(layer.apply(nhwc, OutputFormat.NHWC, arena), expected);
      OctaveTensor inPlace = OctaveProblem.output(expected, FormatTag.NHWC, arena);
      layer.apply(nhwc, inPlace);
      problem.assertMatches(inPlace, expected);
      OctaveTensor inPlaceNchw = OctaveProblem.output(expected, FormatTag.NCHW, arena);
      layer.apply(nhwc, inPlaceNchw);
      problem.assertMatches(inPlaceNchw, expected);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(problem.toString(), e);
    }
  }

  /** The random problems are of all kinds; if this fails, choose other random numbers. */
  @Test
  void theProblemsCoverTheRules() {
    Map<OctavePath, Integer> paths = new EnumMap<>(OctavePath.class);
    Set<String> seen = new TreeSet<>();
    for (int seed = 0; seed < PROBLEMS; seed++) {
      OctaveProblem problem = problem(seed);
      OctaveConv2d spec = problem.spec;
      spec.paths().forEach(path -> paths.merge(path, 1, Integer::sum));
      seen.add("paths " + spec.paths());
      boolean both = spec.in().hasBoth() && spec.out().hasBoth();
      if (both) {
        String odd = problem.height % 2 + "" + problem.width % 2;
        seen.add(spec.strideRule() + " stride " + spec.stride());
        seen.add(spec.sizeRule() + " stride " + spec.stride() + " odd " + odd);
      }
      if (spec.strideRule() == StrideRule.MOVE_KERNEL && spec.stride() > 2) {
        seen.add("moves");
      }
      if (both && spec.groups().depthwise()) {
        seen.add("depthwise");
      } else if (both && spec.groups().count() > 1) {
        seen.add("groups");
      }
      if (spec.padding().top() != spec.padding().bottom()) {
        seen.add("asymmetric padding");
      }
      if (spec.dilationHeight() > 1 && spec.kernelHeight() > 1) {
        seen.add("dilation");
      }
      if (spec.kernelHeight() != spec.kernelWidth()) {
        seen.add("kh != kw");
      }
      seen.add("batch " + problem.batch);
    }
    assertThat(paths.values()).allMatch(count -> count >= 40);
    for (String stride : new String[] {"1", "2"}) {
      assertThat(seen).contains("POOL_ALL stride " + stride, "KEEP_LOW stride " + stride);
      for (String odd : new String[] {"00", "01", "10", "11"}) {
        assertThat(seen)
            .contains(
                "FLOOR stride " + stride + " odd " + odd, "CEIL stride " + stride + " odd " + odd);
      }
    }
    assertThat(seen)
        .contains(
            "depthwise",
            "groups",
            "asymmetric padding",
            "dilation",
            "moves",
            "kh != kw",
            "batch 1",
            "batch 2",
            "batch 3");
    assertThat(seen.stream().filter(s -> s.startsWith("paths ")))
        .contains(
            "paths [HH]",
            "paths [LL]",
            "paths [LH]",
            "paths [HL]",
            "paths [HH, HL]",
            "paths [HH, LH]",
            "paths [HL, LL]",
            "paths [LH, LL]",
            "paths [HH, LL]",
            "paths [HH, HL, LH, LL]");
  }
}
