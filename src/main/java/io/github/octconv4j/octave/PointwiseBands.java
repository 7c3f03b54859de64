package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Formulation.Merge;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Adds an octave convolution with a kernel of 1x1 whose two convolutions of, or for, the high part
 * are one at high resolution. That is possible because a kernel of 1x1 commutes with pooling and
 * with nearest upsampling:
 *
 * <pre>{@code
 * conv(x_h, W_hh) + up(conv(x_l, W_lh)) = conv([x_h, up(x_l)], [W_hh, W_lh])    HIGH_SOURCES
 * conv(pool(x_h), W_hl)                 = pool(conv(x_h, W_hl))                 HIGH_RESULTS
 * }</pre>
 *
 * It pays where few channels are low: what is added fills registers that the high part alone leaves
 * partly empty. Goes band by band, as {@link RowBands}; there is no halo.
 */
final class PointwiseBands {
  private static final Window POINT = Window.of(1, 1);

  private final OctaveProgramBuilder builder;
  private final OctaveTask task;
  private final Formulation formulation;
  private final PostOps first;

  PointwiseBands(OctaveProgramBuilder builder, OctaveTask task, Formulation formulation) {
    this.builder = builder;
    this.task = task;
    this.formulation = formulation;
    this.first = task.first();
  }

  /** Whether the kernel is a point, all four paths exist and the high part is twice as large. */
  static boolean fits(OctaveConv2d spec, OctaveSizes sizes) {
    return spec.kernelHeight() == 1
        && spec.kernelWidth() == 1
        && spec.padding().equals(Padding.NONE)
        && spec.stride() == 1
        && spec.groups() == 1
        && spec.paths().size() == 4
        && RowBands.fits(spec, sizes);
  }

  void add() {
    int rows = task.sizes().output().lowHeight();
    builder.shareRows(task.x().shape().batch(), rows, this::addBands);
  }

  private void addBands(int image, Share share) {
    int wanted = formulation.bandRows() == 0 ? share.count() : formulation.bandRows();
    int bands = (share.count() + wanted - 1) / wanted;
    Lane lane = new Lane(image, (share.count() + bands - 1) / bands);
    for (int band = 0; band < bands; band++) {
      Share rows = Share.of(share.count(), 1, band, bands);
      lane.add(new Share(share.first() + rows.first(), rows.count()));
    }
  }

  /** The bands of one thread in one image, and the memory they go through one after the other. */
  private final class Lane {
    private final int image;
    private final int most; // rows at low resolution

    private final Operand pooled;
    private final @Nullable Operand small;
    private final Operand large;
    private final Operand wide;

    Lane(int image, int most) {
      this.image = image;
      this.most = most;
      OctaveConv2d spec = task.spec();
      boolean sources = formulation.merge() == Merge.HIGH_SOURCES;
      pooled = temporary("pool", 1, sources ? spec.in().high() : spec.out().low());
      small = sources ? null : temporary("lh", 1, spec.out().high());
      large = temporary("large", 2, sources ? spec.in().low() : spec.out().low());
      wide = temporary("wide", 2, sources ? spec.in().total() : spec.out().total());
    }

    private Operand temporary(String name, long times, int channels) {
      return builder.temporary(
          task.name() + "." + name,
          Layout.NHWC,
          1,
          channels,
          times * most,
          times * task.sizes().output().lowWidth());
    }

    void add(Share band) {
      if (formulation.merge() == Merge.HIGH_SOURCES) {
        addSources(band);
      } else {
        addResults(band);
      }
    }

    private void addSources(Share band) {
      Operand xHigh = high(task.xHigh(), band);
      Operand xLow = low(task.xLow(), band);
      Operand up = start(large, 2 * band.count());
      Operand both = start(wide, 2 * band.count());
      builder.upsample(task.name() + ".up", xLow, up, PostOps.NONE);
      builder.reorder(task.name() + ".high", xHigh, channels(both, 0, xHigh), PostOps.NONE);
      int highs = Math.toIntExact(xHigh.desc().dim(1));
      builder.reorder(task.name() + ".low", up, channels(both, highs, up), PostOps.NONE);
      builder.convolution(
          task.kernel(OctavePath.HH).besideInput(task.kernel(OctavePath.LH)),
          task.bias(Frequency.HIGH),
          POINT,
          both,
          high(task.yHigh(), band),
          task.activation().after(first));

      Operand half = start(pooled, band.count());
      Operand y = low(task.yLow(), band);
      builder.pool(task.name() + ".pool", xHigh, half);
      builder.convolution(
          task.kernel(OctavePath.LL), task.bias(Frequency.LOW), POINT, xLow, y, first);
      builder.convolution(
          task.kernel(OctavePath.HL),
          null,
          POINT,
          half,
          y,
          task.activation().after(PostOps.NONE.sum()));
    }

    private void addResults(Share band) {
      Operand xLow = low(task.xLow(), band);
      Operand yHigh = high(task.yHigh(), band);
      Operand yLow = low(task.yLow(), band);
      Operand both = start(wide, 2 * band.count());
      builder.convolution(
          task.kernel(OctavePath.HH).besideOutput(task.kernel(OctavePath.HL)),
          null,
          POINT,
          high(task.xHigh(), band),
          both,
          PostOps.NONE);

      Operand lh = start(Objects.requireNonNull(small), band.count());
      builder.convolution(
          task.kernel(OctavePath.LH), task.bias(Frequency.HIGH), POINT, xLow, lh, PostOps.NONE);
      builder.reorder(task.name() + ".high", channels(both, 0, yHigh), yHigh, first);
      builder.upsample(task.name() + ".up", lh, yHigh, task.activation().after(PostOps.NONE.sum()));

      Operand full = start(large, 2 * band.count());
      Operand hl = start(pooled, band.count());
      builder.reorder(
          task.name() + ".low",
          channels(both, Math.toIntExact(yHigh.desc().dim(1)), full),
          full,
          PostOps.NONE);
      builder.pool(task.name() + ".pool", full, hl);
      builder.convolutionPlus(
          task.kernel(OctavePath.LL),
          task.bias(Frequency.LOW),
          POINT,
          xLow,
          hl,
          yLow,
          first,
          task.activation());
    }

    private Operand high(Operand x, Share band) {
      return Images.rows(x, image, 2 * band.first(), 2 * band.count());
    }

    private Operand low(Operand x, Share band) {
      return Images.rows(x, image, band.first(), band.count());
    }
  }

  private static Operand start(Operand x, int rows) {
    return Images.rows(x, 0, 0, rows);
  }

  /** The channels of {@code x} from {@code first} on, as many as {@code like} has. */
  private static Operand channels(Operand x, int first, Operand like) {
    return x.view(x.desc().submemory(like.desc().dims(), new long[] {0, first, 0, 0}));
  }
}
