package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.plan.Expression.Output;
import io.github.octconv4j.octave.plan.Formulation.HighSum;
import io.github.octconv4j.octave.plan.Formulation.LowSum;
import io.github.octconv4j.octave.plan.Stage.Convolve;
import io.github.octconv4j.octave.plan.Stage.ConvolveTwice;
import io.github.octconv4j.octave.plan.Stage.Copy;
import io.github.octconv4j.octave.plan.Stage.Fit;
import io.github.octconv4j.octave.plan.Stage.Join;
import io.github.octconv4j.octave.plan.Stage.Pool;
import io.github.octconv4j.octave.plan.Stage.Upsample;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes an octave convolution as an {@link Expression}: path by path, or with some of its
 * convolutions merged into one. Sums are post-ops, no passes. Each object writes one.
 */
final class OctaveExpression {
  private final OctaveTask task;
  private final OctaveConv2d spec;
  private final Averages averages;
  private final Window window;
  private final @Nullable Value xHigh;
  private final @Nullable Value xLow;
  private final @Nullable Value yHigh;
  private final @Nullable Value yLow;
  private final List<Pool> before = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();
  private @Nullable Value high; // after the pooling of stride 2
  private @Nullable Value low;
  private @Nullable Value pooled; // from high
  private @Nullable Value sources; // pooled and low, side by side
  private @Nullable Value small; // summed with that of other convolutions

  /** When the averages of the inputs are made. */
  enum Averages {
    /** Each just before the stage that reads it. */
    ON_DEMAND,
    /** Those of stride 2 before the threads share the rest, the others first of all. */
    STRIDES_BEFORE,
    /** All before the threads share the rest. */
    ALL_BEFORE
  }

  OctaveExpression(OctaveTask task, Averages averages) {
    this.task = task;
    this.spec = task.spec();
    this.averages = averages;
    this.window = Geometry.paddedWindow(spec);
    this.xHigh = given(task.x().high());
    this.xLow = given(task.x().low());
    this.yHigh = given(task.y().high());
    this.yLow = given(task.y().low());
  }

  private @Nullable Value given(@Nullable Operand part) {
    return part == null ? null : Value.given(part, task.x().layout());
  }

  /** Path by path. */
  Expression separate(HighSum highSum, LowSum lowSum) {
    boolean joined = lowSum == LowSum.ONE && hasBothForLow();
    averageFirst(joined);
    if (yHigh != null) {
      addHigh(yHigh, highSum, null);
    }
    if (yLow != null && joined) {
      convolve(
          task.kernel(OctavePath.HL).besideInput(task.kernel(OctavePath.LL)).with(lowBias()),
          sources(),
          yLow,
          task.accumulate(),
          task.activation());
    } else if (yLow != null) {
      addLow(yLow);
    }
    return expression();
  }

  /** With one convolution of the low input for both outputs. */
  Expression lowResults(HighSum highSum) {
    Value y = Objects.requireNonNull(yHigh);
    averageFirst(false);
    ConvolutionWeights toHigh = task.kernel(OctavePath.LH);
    ConvolutionWeights toLow = task.kernel(OctavePath.LL);
    Value small = convolved("lh", low(), toHigh);
    Value own = convolved("ll", low(), toLow);
    stages.add(new ConvolveTwice(window, low(), toHigh, small, toLow, own));
    addHigh(y, highSum, small);
    stages.add(
        new Convolve(
            task.kernel(OctavePath.HL).with(lowBias()),
            window,
            pooled(),
            Objects.requireNonNull(yLow),
            task.accumulate(),
            own,
            task.activation()));
    return expression();
  }

  /** For kernels of 1x1: one convolution of x_h and up(x_l), side by side, for the high output. */
  Expression highSources() {
    Value xh = high();
    Value xl = low();
    Value up = between("large", xl.channels(), xh.height(), xh.width());
    Value both = between("wide", xh.channels() + xl.channels(), xh.height(), xh.width());
    stages.add(new Upsample(task.name() + ".up", xl, up, false, Activation.NONE));
    stages.add(new Copy(task.name() + ".high", xh, both, 0, false));
    stages.add(new Copy(task.name() + ".low", up, both, xh.channels(), false));
    convolve(
        task.kernel(OctavePath.HH).besideInput(task.kernel(OctavePath.LH)).with(highBias()),
        both,
        Objects.requireNonNull(yHigh),
        task.accumulate(),
        task.activation());
    pooled();
    addLow(Objects.requireNonNull(yLow));
    return expression();
  }

  /** For kernels of 1x1: one convolution of x_h, for the high output and for what is pooled. */
  Expression highResults() {
    Value yh = Objects.requireNonNull(yHigh);
    Value yl = Objects.requireNonNull(yLow);
    ConvolutionWeights toHigh = task.kernel(OctavePath.HH);
    ConvolutionWeights toLow = task.kernel(OctavePath.HL);
    Value own = convolved("hh", high(), toHigh);
    Value wide = convolved("hl", high(), toLow);
    stages.add(new ConvolveTwice(window, high(), toHigh, own, toLow, wide));

    Value small = convolved("lh", low(), task.kernel(OctavePath.LH));
    convolve(task.kernel(OctavePath.LH).with(highBias()), low(), small, false, Activation.NONE);
    stages.add(new Copy(task.name() + ".high", own, yh, 0, task.accumulate()));
    stages.add(new Upsample(task.name() + ".up", small, yh, true, task.activation()));

    Value large = between("large", wide.channels(), wide.height(), wide.width());
    Pool half = Pool.average(large, spec.sizeRule(), task.name());
    stages.add(new Copy(task.name() + ".low", wide, large, 0, false));
    stages.add(half);
    stages.add(
        new Convolve(
            task.kernel(OctavePath.LL).with(lowBias()),
            window,
            low(),
            yl,
            task.accumulate(),
            half.y(),
            task.activation()));
    return expression();
  }

  /** {@code y = conv(high, W_hh) + up(conv(low, W_lh))}, without {@code up} where low is kept. */
  private void addHigh(Value y, HighSum highSum, @Nullable Value result) {
    boolean first = task.accumulate();
    if (!task.has(OctavePath.LH)) {
      addHighOwn(y, highBias(), first, task.activation());
    } else if (Geometry.keepsLow(spec)) {
      boolean both = task.has(OctavePath.HH);
      if (both) {
        addHighOwn(y, highBias(), first, Activation.NONE);
      }
      convolve(
          task.kernel(OctavePath.LH).with(both ? null : highBias()),
          Objects.requireNonNull(xLow),
          y,
          both || first,
          task.activation());
    } else if (!task.has(OctavePath.HH)) {
      // Bias and, without a sum, the activation commute with copying: do them at low resolution.
      Activation early = first ? Activation.NONE : task.activation();
      Activation late = first ? task.activation() : Activation.NONE;
      upsample(lowToHigh(highBias(), early), y, first, late);
    } else {
      Value small = result == null ? lowToHigh(null, Activation.NONE) : result;
      SmallSum sum = task.small();
      if (sum != null && !sum.ends()) {
        addHighOwn(y, highBias(), first, Activation.NONE);
      } else if (highSum == HighSum.ON_RESAMPLING && small.isHalfOf(y)) {
        addHighOwn(y, highBias(), first, Activation.NONE);
        upsample(small, y, true, task.activation());
      } else {
        upsample(small, y, first, Activation.NONE);
        addHighOwn(y, highBias(), true, task.activation());
      }
    }
  }

  private void addHighOwn(Value y, float @Nullable [] bias, boolean adds, Activation activation) {
    convolve(task.kernel(OctavePath.HH).with(bias), high(), y, adds, activation);
  }

  /** Adds the convolution from low to high and returns its result, still small. */
  private Value lowToHigh(float @Nullable [] bias, Activation activation) {
    ConvolutionWeights kernel = task.kernel(OctavePath.LH).with(bias);
    SmallSum sum = task.small();
    Value small = sum == null ? convolved("lh", low(), kernel) : smallSum(sum);
    convolve(kernel, low(), small, sum != null && sum.adds(), activation);
    return small;
  }

  private Value smallSum(SmallSum sum) {
    if (small == null) {
      small = given(sum.memory());
    }
    return Objects.requireNonNull(small);
  }

  /** {@code y = conv(low, W_ll) + conv(pool(high), W_hl)}. */
  private void addLow(Value y) {
    boolean both = hasBothForLow();
    if (task.has(OctavePath.LL)) {
      convolve(
          task.kernel(OctavePath.LL).with(lowBias()),
          low(),
          y,
          task.accumulate(),
          both ? Activation.NONE : task.activation());
    }
    if (task.has(OctavePath.HL)) {
      convolve(
          task.kernel(OctavePath.HL).with(both ? null : lowBias()),
          pooled(),
          y,
          both || task.accumulate(),
          task.activation());
    }
  }

  private void convolve(
      ConvolutionWeights kernel, Value x, Value y, boolean adds, Activation activation) {
    stages.add(new Convolve(kernel, window, x, y, adds, null, activation));
  }

  /**
   * Adds {@code y = up(x)}, or {@code y = y + up(x)}: row and column {@code i} of {@code y} from
   * {@code min(i / 2, size of x - 1)}.
   */
  private void upsample(Value x, Value y, boolean adds, Activation activation) {
    String name = task.name() + ".up";
    if (x.isHalfOf(y)) {
      stages.add(new Upsample(name, x, y, adds, activation));
      return;
    }
    // oneDNN's nearest index is i / 2 for an exact factor of 2 only: double, then copy what fits.
    Value doubled = between("up.doubled", x.channels(), 2 * x.height(), 2 * x.width());
    stages.add(new Upsample(name, x, doubled, false, Activation.NONE));
    stages.add(new Fit(name, doubled, y, adds, activation));
  }

  private boolean hasBothForLow() {
    return task.has(OctavePath.LL) && task.has(OctavePath.HL);
  }

  private float @Nullable [] highBias() {
    return task.bias(Frequency.HIGH);
  }

  private float @Nullable [] lowBias() {
    return task.bias(Frequency.LOW);
  }

  /** The result of a convolution, on the way. */
  private Value convolved(String name, Value x, ConvolutionWeights kernel) {
    return between(
        name,
        kernel.out(),
        Math.toIntExact(window.output(0, x.height())),
        Math.toIntExact(window.output(1, x.width())));
  }

  private Value between(String name, int channels, int height, int width) {
    Value like = Objects.requireNonNull(xHigh == null ? xLow : xHigh);
    return Value.between(task.name() + "." + name, like, channels, height, width);
  }

  /** Makes the averages that are wanted now, whoever will read them. */
  private void averageFirst(boolean joined) {
    if (averages == Averages.ON_DEMAND) {
      return;
    }
    if (xHigh != null) {
      high();
    }
    if (averages == Averages.ALL_BEFORE && task.has(OctavePath.HL)) {
      pooled();
    }
    // Without upsampling only the low output takes a pooled low part.
    if (xLow != null && (task.has(OctavePath.LL) || !Geometry.keepsLow(spec))) {
      low();
    }
    if (averages == Averages.STRIDES_BEFORE && task.has(OctavePath.HL)) {
      pooled();
      if (joined) {
        sources();
      }
    }
  }

  private Value high() {
    if (high == null) {
      high = strided(Objects.requireNonNull(xHigh));
    }
    return high;
  }

  private Value low() {
    if (low == null) {
      low = strided(Objects.requireNonNull(xLow));
    }
    return low;
  }

  private Value strided(Value x) {
    return Geometry.pools(spec) ? average(x, averages != Averages.ON_DEMAND) : x;
  }

  private Value pooled() {
    if (pooled == null) {
      pooled = average(high(), averages == Averages.ALL_BEFORE);
    }
    return pooled;
  }

  private Value average(Value x, boolean early) {
    String owner = averages == Averages.STRIDES_BEFORE && !early ? task.name() : x.name();
    Pool pool = Pool.average(x, spec.sizeRule(), owner);
    if (early) {
      before.add(pool);
    } else {
      stages.add(pool);
    }
    return pool.y();
  }

  private Value sources() {
    if (sources == null) {
      Value first = pooled();
      Value second = low();
      int channels = first.channels() + second.channels();
      sources = between("sources", channels, first.height(), first.width());
      stages.add(new Join(task.name() + ".sources", first, second, sources));
    }
    return sources;
  }

  private Expression expression() {
    List<Output> outputs = new ArrayList<>();
    boolean alone = isHighAlone();
    if (yHigh != null) {
      outputs.add(new Output(yHigh, alone ? 1 : 2));
    }
    if (yLow != null) {
      outputs.add(new Output(yLow, 1));
    }
    SmallSum sum = task.small();
    if (sum != null && !sum.ends()) {
      outputs.add(new Output(smallSum(sum), 1));
    }
    OctaveShape y = task.sizes().output();
    return new Expression(before, stages, outputs, alone ? y.height() : y.lowHeight());
  }

  /** Whether nothing is made at low resolution, so that any rows of the high output may be. */
  private boolean isHighAlone() {
    return spec.out().low() == 0
        && (spec.has(OctavePath.LH) ? Geometry.keepsLow(spec) : spec.has(OctavePath.HH));
  }

  /** Whether a stage is the high output's own convolution. */
  boolean isHighOwn(Stage stage) {
    return stage instanceof Convolve own && own.y() == yHigh;
  }

  /** Whether a stage adds what is upsampled to the high output. */
  boolean isHighSum(Stage stage) {
    return stage instanceof Upsample sum && sum.y() == yHigh;
  }

  /** Returns how many rows that threads share go with so many of the low part. */
  int rows(int lowRows) {
    return isHighAlone() ? 2 * lowRows : lowRows;
  }
}
