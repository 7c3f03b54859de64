package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Formulation.Merge;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds an octave convolution that takes images whole, path by path. Sums are post-ops, no passes.
 */
final class WholeImages {
  private final OctaveProgramBuilder builder;
  private final OctaveTask task;
  private final OctaveConv2d spec;
  private final Formulation formulation;
  private final Window window;
  private final PostOps first;
  private @Nullable Operand mergedToHigh; // what merged results hold for each output, else null
  private @Nullable Operand mergedToLow;

  WholeImages(OctaveProgramBuilder builder, OctaveTask task, Formulation formulation) {
    this.builder = builder;
    this.task = task;
    this.spec = task.spec();
    this.formulation = formulation;
    this.window = spec.paddedWindow();
    this.first = task.first();
  }

  void add() {
    // Each part of the merged result is added to another one, which brings bias and activation.
    if (formulation.merge() == Merge.LOW_RESULTS
        && task.adds(OctavePath.HH, OctavePath.LH)
        && task.adds(OctavePath.LL, OctavePath.HL)) {
      addLowResults();
    }
    if (task.y().high() != null) {
      addHigh();
    }
    if (task.y().low() != null) {
      addLow();
    }
  }

  /** {@code y = conv(high, W_hh) + up(conv(low, W_lh))}, without {@code up} where low is kept. */
  private void addHigh() {
    Operand y = task.yHigh();
    if (!task.has(OctavePath.LH)) {
      addHighOwn(task.activation().after(first));
    } else if (spec.keepsLow()) {
      boolean both = task.has(OctavePath.HH);
      if (both) {
        addHighOwn(first);
      }
      convolution(
          OctavePath.LH,
          task.xLow(),
          y,
          both ? null : task.bias(Frequency.HIGH),
          task.activation().after(both ? PostOps.NONE.sum() : first));
    } else if (!task.has(OctavePath.HH)) {
      // Bias and, without a sum, the activation commute with copying: do them at low resolution.
      Activation early = task.accumulate() ? Activation.NONE : task.activation();
      Activation late = task.accumulate() ? task.activation() : Activation.NONE;
      Operand small = addLowToHigh(task.bias(Frequency.HIGH), early);
      upsample(small, y, first, late);
    } else {
      Operand small = addLowToHigh(null, Activation.NONE);
      boolean onResampling =
          formulation.highSum() == Formulation.HighSum.ON_RESAMPLING && isDouble(small, y);
      if (onResampling) {
        addHighOwn(first);
        upsample(small, y, PostOps.NONE.sum(), task.activation());
      } else {
        upsample(small, y, first, Activation.NONE);
        addHighOwn(task.activation().after(PostOps.NONE.sum()));
      }
    }
  }

  /** Adds only the convolution from high to high. */
  void addHighOwn(PostOps postOps) {
    convolution(
        OctavePath.HH, strided(task.xHigh()), task.yHigh(), task.bias(Frequency.HIGH), postOps);
  }

  /** Adds one convolution of the low input for both outputs; its parts are used later. */
  private void addLowResults() {
    Operand low = strided(task.xLow());
    Kernel toHigh = task.kernel(OctavePath.LH);
    Kernel toLow = task.kernel(OctavePath.LL);
    Operand both =
        builder.temporary(
            task.name() + ".l",
            Layout.BLOCKED,
            1,
            toHigh.out() + toLow.out(),
            window.output(0, low.desc().dim(2)),
            window.output(1, low.desc().dim(3)));
    builder.convolution(toHigh.besideOutput(toLow), null, window, low, both, PostOps.NONE);
    mergedToHigh = Images.channels(both, 0, toHigh.out());
    mergedToLow = Images.channels(both, toHigh.out(), toLow.out());
  }

  /** Adds the convolution from low to high and returns its result, still small. */
  Operand addLowToHigh(float @Nullable [] bias, Activation activation) {
    if (mergedToHigh != null) {
      return mergedToHigh;
    }
    Operand low = strided(task.xLow());
    Operand small =
        builder.temporary(
            task.name() + ".lh",
            task.x().layout(),
            low.desc().dim(0),
            task.yHigh().desc().dim(1),
            window.output(0, low.desc().dim(2)),
            window.output(1, low.desc().dim(3)));
    convolution(OctavePath.LH, low, small, bias, activation.after(PostOps.NONE));
    return small;
  }

  /** {@code y = conv(low, W_ll) + conv(pool(high), W_hl)}. */
  void addLow() {
    Operand y = task.yLow();
    float @Nullable [] bias = task.bias(Frequency.LOW);
    boolean both = task.adds(OctavePath.LL, OctavePath.HL);
    if (both && mergedToLow != null) {
      builder.convolutionPlus(
          task.kernel(OctavePath.HL),
          bias,
          window,
          pooled(strided(task.xHigh())),
          mergedToLow,
          y,
          first,
          task.activation());
    } else if (both && formulation.merge() == Merge.LOW_SOURCES) {
      Operand sources = sideBySide(pooled(strided(task.xHigh())), strided(task.xLow()));
      Kernel kernel = task.kernel(OctavePath.HL).besideInput(task.kernel(OctavePath.LL));
      builder.convolution(kernel, bias, window, sources, y, task.activation().after(first));
    } else {
      if (task.has(OctavePath.LL)) {
        convolution(
            OctavePath.LL,
            strided(task.xLow()),
            y,
            bias,
            both ? first : task.activation().after(first));
      }
      if (task.has(OctavePath.HL)) {
        convolution(
            OctavePath.HL,
            pooled(strided(task.xHigh())),
            y,
            both ? null : bias,
            task.activation().after(both ? PostOps.NONE.sum() : first));
      }
    }
  }

  private Operand sideBySide(Operand high, Operand low) {
    MemoryDesc h = high.desc();
    Operand both =
        builder.temporary(
            task.name() + ".sources",
            task.x().layout(),
            h.dim(0),
            h.dim(1) + low.desc().dim(1),
            h.dim(2),
            h.dim(3));
    builder.concat(task.name() + ".sources", high, low, both);
    return both;
  }

  private Operand strided(Operand x) {
    return spec.pools() ? pooled(x) : x;
  }

  private Operand pooled(Operand x) {
    return builder.pools().of(x, task.x().layout(), spec.sizeRule());
  }

  private void convolution(
      OctavePath path, Operand x, Operand y, float @Nullable [] bias, PostOps postOps) {
    builder.convolution(task.kernel(path), bias, window, x, y, postOps);
  }

  private static boolean isDouble(Operand small, Operand large) {
    return 2 * small.desc().dim(2) == large.desc().dim(2)
        && 2 * small.desc().dim(3) == large.desc().dim(3);
  }

  /**
   * Adds {@code y = up(x)}, or {@code y = y + up(x)} with a sum among the post-ops: row and column
   * {@code i} of {@code y} from {@code min(i / 2, size of x - 1)}.
   */
  void upsample(Operand x, Operand y, PostOps postOps, Activation activation) {
    String name = task.name() + ".up";
    if (isDouble(x, y)) {
      builder.upsample(name, x, y, activation.after(postOps));
      return;
    }
    // oneDNN's nearest index is i / 2 for an exact factor of 2 only: double, then copy what fits.
    long n = x.desc().dim(0);
    long c = x.desc().dim(1);
    long h = 2 * x.desc().dim(2);
    long w = 2 * x.desc().dim(3);
    Operand doubled = builder.temporary(name + ".doubled", task.x().layout(), n, c, h, w);
    builder.upsample(name, x, doubled, PostOps.NONE);
    long[] rows = pieces(h, y.desc().dim(2));
    long[] columns = pieces(w, y.desc().dim(3));
    for (int r = 0; r < rows.length; r++) {
      for (int q = 0; q < columns.length; q++) {
        long[] part = {n, c, rows[r], columns[q]};
        long[] from = {0, 0, r == 0 ? 0 : h - 1, q == 0 ? 0 : w - 1};
        long[] to = {0, 0, r == 0 ? 0 : h, q == 0 ? 0 : w};
        builder.reorder(
            name + ".copy",
            doubled.view(doubled.desc().submemory(part, from)),
            y.view(y.desc().submemory(part, to)),
            postOps);
      }
    }
    if (activation != Activation.NONE) {
      builder.add(
          name + ".activation",
          activation.on(y.desc()),
          PostOps.NONE,
          Map.of(Arg.SRC, y, Arg.DST, y));
    }
  }

  /** The part that the doubled size covers, and one more row where the target is larger. */
  private static long[] pieces(long doubled, long target) {
    return target > doubled ? new long[] {doubled, target - doubled} : new long[] {target};
  }
}
