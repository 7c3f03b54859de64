package io.github.octconv4j.octave;

import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A specification with random weights and a random input. */
final class OctaveProblem {
  final OctaveConv2d spec;
  final int batch;

  /** Size of the high input; twice the low one's where there is no high. */
  final int height;

  final int width;

  final float[] xh; // null where there is none
  final float[] xl; // null where there is none
  private final Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
  private final Map<OctavePath, float[]> biases = new EnumMap<>(OctavePath.class);

  OctaveProblem(
      OctaveConv2d spec, int batch, int height, int width, Set<OctavePath> biased, Random random) {
    this.spec = spec;
    this.batch = batch;
    this.height = height;
    this.width = width;
    for (OctavePath path : spec.paths()) {
      long[] s = spec.weightsShape(path);
      kernels.put(path, random(random, (int) (s[0] * s[1] * s[2] * s[3])));
      if (biased.contains(path)) {
        biases.put(path, random(random, (int) s[0]));
      }
    }
    xh = spec.in().high() == 0 ? null : random(random, batch * spec.in().high() * height * width);
    xl =
        spec.in().low() == 0
            ? null
            : random(random, batch * spec.in().low() * lowHeight() * lowWidth());
  }

  private OctaveProblem(
      OctaveProblem other,
      int batch,
      float[] xh,
      float[] xl,
      UnaryOperator<float[]> kernels,
      UnaryOperator<float[]> biases) {
    this.spec = other.spec;
    this.batch = batch;
    this.height = other.height;
    this.width = other.width;
    this.xh = xh;
    this.xl = xl;
    other.kernels.forEach((path, values) -> this.kernels.put(path, kernels.apply(values)));
    other.biases.forEach((path, values) -> this.biases.put(path, biases.apply(values)));
  }

  /** The same with another input of {@code batch} images. */
  OctaveProblem withInput(int newBatch, float[] high, float[] low) {
    return new OctaveProblem(
        this, newBatch, high, low, UnaryOperator.identity(), UnaryOperator.identity());
  }

  /**
   * The same with whole numbers, of which floats hold all sums exactly: small ones as weights,
   * multiples of 16 as input, which two pools divide by 16 at most.
   */
  OctaveProblem wholeNumbers() {
    return new OctaveProblem(
        this, batch, whole(xh, 64), whole(xl, 64), w -> whole(w, 3), b -> whole(b, 100));
  }

  private static float[] whole(float[] values, int most) {
    if (values == null) {
      return null;
    }
    int step = most == 64 ? 16 : 1;
    float[] whole = new float[values.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = Math.round(values[i] * most / step) * step;
    }
    return whole;
  }

  /** The kernel of each path, not a copy. */
  Map<OctavePath, float[]> kernels() {
    return kernels;
  }

  /** The bias of each path that has one, not a copy. */
  Map<OctavePath, float[]> biasMap() {
    return biases;
  }

  static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }

  private int half(int size) {
    return spec.sizeRule() == SizeRule.FLOOR ? size / 2 : (size + 1) / 2;
  }

  int lowHeight() {
    return half(height);
  }

  int lowWidth() {
    return half(width);
  }

  /** The size of the input. */
  OctaveShape shape() {
    return OctaveShape.of(batch, height, width, spec.sizeRule());
  }

  /** How many of an output's paths have a bias. */
  long biases(Frequency output) {
    return biases.keySet().stream().filter(path -> path.destination() == output).count();
  }

  /** Whether input and output have a size. */
  boolean exists() {
    if (spec.in().low() > 0 && (lowHeight() < 1 || lowWidth() < 1)) {
      return false;
    }
    try {
      oracle().graph(shape());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  OctaveWeights weights() {
    OctaveWeights.Builder builder = OctaveWeights.of(spec);
    kernels.forEach(builder::kernel);
    biases.forEach(builder::bias);
    return builder.build();
  }

  private OctaveOracle oracle() {
    OctaveOracle oracle = new OctaveOracle(spec);
    kernels.forEach(oracle::kernel);
    biases.forEach(oracle::bias);
    return oracle;
  }

  OctaveOracle.Parts expected() {
    return oracle()
        .apply(
            new OctaveOracle.Parts(
                xh == null ? null : OctaveOracle.tensor(xh, batch, spec.in().high(), height, width),
                xl == null
                    ? null
                    : OctaveOracle.tensor(xl, batch, spec.in().low(), lowHeight(), lowWidth())));
  }

  /** The input in a layout. */
  OctaveTensor input(FormatTag layout, Arena arena) {
    return OctaveTensor.of(
        xh == null ? null : tensor(arena, layout, xh, batch, spec.in().high(), height, width),
        xl == null
            ? null
            : tensor(arena, layout, xl, batch, spec.in().low(), lowHeight(), lowWidth()));
  }

  /** Empty memory for the output in a layout, filled with rubbish. */
  static OctaveTensor output(OctaveOracle.Parts result, FormatTag layout, Arena arena) {
    return OctaveTensor.of(
        rubbish(result.high(), layout, arena), rubbish(result.low(), layout, arena));
  }

  private static Tensor rubbish(TensorData image, FormatTag layout, Arena arena) {
    if (image == null) {
      return null;
    }
    float[] values = new float[(int) image.count()];
    Arrays.fill(values, Float.NaN);
    return tensor(arena, layout, values, image.dims());
  }

  private static Tensor tensor(Arena arena, FormatTag layout, float[] values, long... dims) {
    Tensor tensor = Tensor.allocate(MemoryDesc.of(DataType.F32, layout, dims), arena);
    tensor.set(values);
    return tensor;
  }

  /** The largest number n of products that an output element adds up. */
  private double terms() {
    double products = 0;
    for (OctavePath path : spec.paths()) {
      long[] s = spec.weightsShape(path);
      products += s[1] * s[2] * s[3];
    }
    return products;
  }

  /**
   * How far a float result may be from the double one, relative to 1 + |y|. Data and weights are up
   * to 1, so partial sums of n products grow like the root of n, and so do their roundings of 2^-24
   * (6e-8) each: together they grow like the root of n where they cancel out, and linearly where
   * they don't. Hence 1e-6 + 3e-7 sqrt(n) + 2e-8 n.
   */
  private double tolerance() {
    return 1e-6 + 3e-7 * Math.sqrt(terms()) + 2e-8 * terms();
  }

  void assertMatches(OctaveTensor actual, OctaveOracle.Parts expected) {
    compare("high", actual.hasHigh() ? actual.high() : null, expected.high());
    compare("low", actual.hasLow() ? actual.low() : null, expected.low());
  }

  private void compare(String name, Tensor actual, TensorData expected) {
    if ((actual == null) != (expected == null)) {
      throw new AssertionError(name + " must " + (expected == null ? "not " : "") + "be there");
    }
    if (actual == null) {
      return;
    }
    long[] dims = expected.dims();
    if (!Arrays.equals(actual.desc().dims(), dims)) {
      throw new AssertionError(
          String.format(
              Locale.ROOT, "%s must be %s, was %s", name, Arrays.toString(dims), actual.desc()));
    }
    double tolerance = tolerance();
    float[] values = actual.floats();
    for (int i = 0; i < values.length; i++) {
      double wanted = expected.doubleAt(i);
      if (!(Math.abs(values[i] - wanted) <= tolerance * (1 + Math.abs(wanted)))) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s element %d of %s: expected %s, was %s, tolerance %s",
                name,
                i,
                Arrays.toString(dims),
                wanted,
                values[i],
                tolerance));
      }
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s on %dx%dx%d", spec, batch, height, width);
  }
}
