package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.safety.Soak;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * What holds of every octave convolution, whatever its weights. All numbers are whole and floats
 * hold their sums exactly, so that results must be equal, not close.
 */
@AddLifecycleHook(Soak.Seeds.class)
class OctaveIdentitiesTest {
  private static final int TRIES = 120;

  private static Engine engine;

  @BeforeContainer
  static void open() {
    engine = Engine.cpu();
  }

  @AfterContainer
  static void close() {
    engine.close();
  }

  /** Both outputs, row by row; empty where there are no channels. */
  private static final class Outputs {
    private final float[] high;
    private final float[] low;

    Outputs(float[] high, float[] low) {
      this.high = plusZero(high);
      this.low = plusZero(low);
    }

    /** Makes 0 of -0, which is equal but not the same to AssertJ. */
    private static float[] plusZero(float[] values) {
      for (int i = 0; i < values.length; i++) {
        values[i] += 0f;
      }
      return values;
    }

    void requireEqual(Outputs expected, OctaveProblem problem) {
      assertThat(high).as("high of %s", problem).containsExactly(expected.high);
      assertThat(low).as("low of %s", problem).containsExactly(expected.low);
    }
  }

  private static Outputs run(OctaveProblem problem) {
    return run(problem, problem.weights());
  }

  private static Outputs run(OctaveProblem problem, OctaveWeights weights) {
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.OFF);
    try (OctaveLayer layer = problem.spec.on(engine, weights, options);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor y = layer.apply(problem.input(FormatTag.NCHW, arena));
      return new Outputs(
          y.hasHigh() ? y.high().floats() : new float[0],
          y.hasLow() ? y.low().floats() : new float[0]);
    }
  }

  /** Problems in whole numbers, of all kinds. */
  @Provide
  static Arbitrary<OctaveProblem> problems() {
    return OctaveDraft.drafts(0)
        .map(draft -> draft.problem(draft.spec()).wholeNumbers())
        .filter(OctaveProblem::exists);
  }

  /** Problems of one group, with low channels on one side at least. */
  @Provide
  static Arbitrary<OctaveProblem> withLow() {
    return problems()
        .filter(p -> p.spec.groups().isDense() && p.spec.in().low() + p.spec.out().low() > 0);
  }

  /** Problems of one group, stride 1, odd kernels and even sizes. */
  @Provide
  static Arbitrary<OctaveProblem> plain() {
    return Arbitraries.longs().map(OctaveIdentitiesTest::plain);
  }

  private static OctaveProblem plain(long seed) {
    Random random = new Random(seed);
    int kernel = 1 + 2 * random.nextInt(3);
    OctaveConv2d spec =
        OctaveConv2d.of(1 + random.nextInt(40), 1 + random.nextInt(40))
            .alpha(random.nextInt(5) / 4.0, random.nextInt(5) / 4.0)
            .kernel(kernel)
            .padding(kernel / 2)
            .build();
    return new OctaveProblem(
            spec,
            1 + random.nextInt(2),
            2 * (1 + random.nextInt(8)),
            2 * (1 + random.nextInt(8)),
            EnumSet.noneOf(OctavePath.class),
            random)
        .wholeNumbers();
  }

  /** {@code f(a + b) = f(a) + f(b) - f(0)}. */
  @Property(tries = TRIES, seed = "20260811", edgeCases = EdgeCasesMode.NONE)
  void isLinear(@ForAll("problems") OctaveProblem a) {
    OctaveProblem b = a.withInput(a.batch, reversed(a.xh), reversed(a.xl));
    OctaveProblem both = a.withInput(a.batch, sum(a.xh, b.xh, 1), sum(a.xl, b.xl, 1));
    OctaveProblem none = a.withInput(a.batch, sum(a.xh, a.xh, -1), sum(a.xl, a.xl, -1));
    Outputs ya = run(a);
    Outputs yb = run(b);
    Outputs zero = run(none);
    Outputs expected =
        new Outputs(
            sum(sum(ya.high, yb.high, 1), zero.high, -1),
            sum(sum(ya.low, yb.low, 1), zero.low, -1));
    run(both).requireEqual(expected, a);
  }

  private static float[] reversed(float[] values) {
    if (values == null) {
      return null;
    }
    float[] reversed = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return reversed;
  }

  private static float[] sum(float[] a, float[] b, int factor) {
    if (a == null) {
      return null;
    }
    float[] sum = new float[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + factor * b[i];
    }
    return sum;
  }

  /** A batch of n images gives what n runs give. */
  @Property(tries = TRIES, seed = "20260812", edgeCases = EdgeCasesMode.NONE)
  void aBatchIsItsImages(
      @ForAll("problems") OctaveProblem problem, @ForAll @IntRange(min = 2, max = 4) int n) {
    OctaveProblem one =
        problem.withInput(1, image(problem, problem.xh), image(problem, problem.xl));
    OctaveProblem other = one.withInput(1, reversed(one.xh), reversed(one.xl));
    OctaveProblem batch = one;
    Outputs expected = run(one);
    Outputs yOther = run(other);
    for (int i = 1; i < n; i++) {
      OctaveProblem next = i % 2 == 0 ? one : other;
      batch = batch.withInput(i + 1, joined(batch.xh, next.xh), joined(batch.xl, next.xl));
      Outputs y = i % 2 == 0 ? run(one) : yOther;
      expected = new Outputs(joined(expected.high, y.high), joined(expected.low, y.low));
    }
    run(batch).requireEqual(expected, batch);
  }

  /** The first image of a problem's batch. */
  private static float[] image(OctaveProblem problem, float[] values) {
    return values == null ? null : Arrays.copyOf(values, values.length / problem.batch);
  }

  private static float[] joined(float[] a, float[] b) {
    if (a == null) {
      return null;
    }
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Low input channels in another order, weights likewise: nothing changes. */
  @Property(tries = TRIES, seed = "20260813", edgeCases = EdgeCasesMode.NONE)
  void theOrderOfLowInputsDoesNotMatter(
      @ForAll("withLow") OctaveProblem problem, @ForAll long seed) {
    int low = problem.spec.in().low();
    List<Integer> order = order(low, seed);
    OctaveWeights.Builder weights = OctaveWeights.of(problem.spec);
    problem
        .kernels()
        .forEach(
            (path, kernel) ->
                weights.kernel(
                    path,
                    path.source() == Frequency.LOW
                        ? permuted(kernel, order, problem.spec.out().of(path.destination()))
                        : kernel));
    problem.biasMap().forEach(weights::bias);
    float[] xl = problem.xl == null ? null : permuted(problem.xl, order, problem.batch);
    run(problem.withInput(problem.batch, problem.xh, xl), weights.build())
        .requireEqual(run(problem), problem);
  }

  /** Low output channels in another order: the low output is in this order. */
  @Property(tries = TRIES, seed = "20260814", edgeCases = EdgeCasesMode.NONE)
  void theOrderOfLowOutputsIsThatOfTheWeights(
      @ForAll("withLow") OctaveProblem problem, @ForAll long seed) {
    List<Integer> order = order(problem.spec.out().low(), seed);
    OctaveWeights.Builder weights = OctaveWeights.of(problem.spec);
    problem
        .kernels()
        .forEach(
            (path, kernel) ->
                weights.kernel(
                    path,
                    path.destination() == Frequency.LOW ? permuted(kernel, order, 1) : kernel));
    problem
        .biasMap()
        .forEach(
            (path, bias) ->
                weights.bias(
                    path, path.destination() == Frequency.LOW ? permuted(bias, order, 1) : bias));
    Outputs y = run(problem);
    Outputs expected =
        new Outputs(y.high, y.low.length == 0 ? y.low : permuted(y.low, order, problem.batch));
    run(problem, weights.build()).requireEqual(expected, problem);
  }

  private static List<Integer> order(int count, long seed) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  /** An array (outer, order, rest) whose middle index is in another order. */
  private static float[] permuted(float[] values, List<Integer> order, int outer) {
    int count = order.size();
    int row = values.length / outer / count;
    float[] permuted = new float[values.length];
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < count; i++) {
        System.arraycopy(
            values, (o * count + order.get(i)) * row, permuted, (o * count + i) * row, row);
      }
    }
    return permuted;
  }

  /**
   * The four slices of a dense kernel, each as a plain convolution, give both outputs by the
   * formulas. Alpha 0 on both sides is among them: the dense convolution itself.
   */
  @Property(tries = TRIES, seed = "20260815", edgeCases = EdgeCasesMode.NONE)
  void theSlicesOfADenseKernelAddUp(@ForAll("plain") OctaveProblem p, @ForAll long seed) {
    OctaveConv2d spec = p.spec;
    int in = spec.in().total();
    int out = spec.out().total();
    int k = spec.kernelHeight();
    Random random = new Random(seed);
    float[] dense = new float[out * in * k * k];
    for (int i = 0; i < dense.length; i++) {
      dense[i] = random.nextInt(7) - 3;
    }
    Planes high =
        p.xh == null ? null : new Planes(p.xh, p.batch, spec.in().high(), p.height, p.width);
    Planes low =
        p.xl == null ? null : new Planes(p.xl, p.batch, spec.in().low(), p.height / 2, p.width / 2);
    int oh = spec.out().high();
    int ih = spec.in().high();
    float[] yh = new float[p.batch * oh * p.height * p.width];
    float[] yl = new float[p.batch * (out - oh) * p.height * p.width / 4];
    if (high != null) {
      add(yh, high.convolved(dense, in, k, 0, oh, 0));
      add(yl, high.pooled().convolved(dense, in, k, oh, out, 0));
    }
    if (low != null) {
      add(yh, low.convolved(dense, in, k, 0, oh, ih).doubled());
      add(yl, low.convolved(dense, in, k, oh, out, ih));
    }
    run(p, OctaveWeights.split(spec, dense, null)).requireEqual(new Outputs(yh, yl), p);
  }

  private static void add(float[] sum, Planes planes) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += planes.values[i];
    }
  }

  /** Images (n, c, h, w), and what the formulas do with them. */
  private static final class Planes {
    private final float[] values;
    private final int n;
    private final int c;
    private final int h;
    private final int w;

    Planes(float[] values, int n, int c, int h, int w) {
      this.values = values;
      this.n = n;
      this.c = c;
      this.h = h;
      this.w = w;
    }

    /** The convolution with some rows, and as many columns as channels, of a dense kernel. */
    Planes convolved(float[] dense, int in, int k, int firstOut, int endOut, int firstIn) {
      int out = endOut - firstOut;
      float[] y = new float[n * out * h * w];
      for (int i = 0; i < y.length; i++) {
        int column = i % w;
        int row = i / w % h;
        int o = firstOut + i / w / h % out;
        int image = i / w / h / out;
        for (int j = 0; j < c * k * k; j++) {
          int q = column + j % k - k / 2;
          int p = row + j / k % k - k / 2;
          int channel = j / k / k;
          if (p >= 0 && p < h && q >= 0 && q < w) {
            float x = values[((image * c + channel) * h + p) * w + q];
            y[i] += x * dense[((o * in + firstIn + channel) * k + j / k % k) * k + j % k];
          }
        }
      }
      return new Planes(y, n, out, h, w);
    }

    Planes pooled() {
      float[] y = new float[values.length / 4];
      for (int i = 0; i < values.length; i++) {
        int plane = i / w / h;
        y[(plane * (h / 2) + i / w % h / 2) * (w / 2) + i % w / 2] += values[i] / 4;
      }
      return new Planes(y, n, c, h / 2, w / 2);
    }

    Planes doubled() {
      float[] y = new float[values.length * 4];
      for (int i = 0; i < y.length; i++) {
        int plane = i / (2 * w) / (2 * h);
        y[i] = values[(plane * h + i / (2 * w) % (2 * h) / 2) * w + i % (2 * w) / 2];
      }
      return new Planes(y, n, c, 2 * h, 2 * w);
    }
  }
}
