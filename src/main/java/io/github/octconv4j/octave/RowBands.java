package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Window;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Adds an octave convolution that goes band by band through the rows of an image. Channels are
 * innermost, so that a band of rows is one block of memory; kernels read a halo of rows above and
 * below, and the zeros around the image belong to the first and last band.
 *
 * <p>Several threads take bands of their own and meet only at the end.
 */
final class RowBands {
  private final OctaveProgramBuilder builder;
  private final OctaveTask task;
  private final OctaveConv2d spec;
  private final Formulation formulation;
  private final PostOps first;
  private final boolean keepsLow; // for the high output
  private final @Nullable Operand high; // after the pooling of stride 2
  private final @Nullable Operand low;

  RowBands(OctaveProgramBuilder builder, OctaveTask task, Formulation formulation) {
    this.builder = builder;
    this.task = task;
    this.spec = task.spec();
    this.formulation = formulation;
    this.first = task.first();
    this.keepsLow = spec.keepsLow() && task.has(OctavePath.LH);
    this.high = strided(task.x().high());
    // Without upsampling x_l is taken as it is for the high output, and pooled for the low one.
    this.low = keepsLow && !task.has(OctavePath.LL) ? null : strided(task.x().low());
  }

  /**
   * Whether bands are possible: what is added must have twice the size, or the same where {@link
   * StrideRule#KEEP_LOW} spares the upsampling, and no output row may read padding only.
   */
  static boolean fits(OctaveConv2d spec, OctaveSizes sizes) {
    long reach = spec.window().reach(0);
    if (spec.moves() || spec.padding().top() > reach || spec.padding().bottom() > reach) {
      return false;
    }
    boolean one = spec.paths().size() == 1 && !spec.has(OctavePath.LH);
    OctaveShape s = sizes.strided();
    OctaveShape y = sizes.output();
    boolean exact =
        s.height() == 2 * s.lowHeight()
            && s.width() == 2 * s.lowWidth()
            && y.height() == 2 * y.lowHeight()
            && y.width() == 2 * y.lowWidth()
            && y.lowHeight() == s.lowHeight();
    if (!spec.keepsLow() || !spec.has(OctavePath.LH)) {
      return one || exact;
    }
    OctaveShape x = sizes.input();
    boolean same = x.lowHeight() == s.height() && x.lowWidth() == s.width();
    return same && (exact || (spec.out().low() == 0 && y.height() == s.height()));
  }

  void add() {
    int images = task.x().shape().batch();
    boolean onlyHigh =
        spec.out().low() == 0
            && (keepsLow || (spec.paths().size() == 1 && spec.has(OctavePath.HH)));
    int rows = onlyHigh ? task.sizes().output().height() : task.sizes().output().lowHeight();
    builder.shareRows(images, rows, (image, share) -> new Lane(image, share, onlyHigh).add());
  }

  private @Nullable Operand strided(@Nullable Operand x) {
    if (x == null || !spec.pools()) {
      return x;
    }
    return builder.pools().of(x, Layout.NHWC, spec.sizeRule(), this::poolRows);
  }

  /** Pools all rows, shared among the threads. */
  private void poolRows(Operand x, Operand y) {
    int rows = Math.toIntExact(y.desc().dim(2));
    int available = Math.toIntExact(x.desc().dim(2));
    builder.shareRows(
        Math.toIntExact(y.desc().dim(0)),
        rows,
        (image, share) -> {
          int from = 2 * share.first();
          int to = Math.min(available, 2 * share.end());
          builder.pool(
              x.name() + ".pool",
              Images.rows(x, image, from, to - from),
              Images.rows(y, image, share.first(), share.count()));
        });
  }

  /** The bands of one thread in one image, one after the other. */
  private final class Lane {
    private final int image;
    private final Share share;
    private final boolean onlyHigh;
    private final int bandRows;
    private @Nullable Operand pooled; // rows of the pooled high part, from pooledFirst on
    private int pooledFirst;
    private int pooledEnd;
    private @Nullable Operand small;
    private @Nullable Operand sources; // rows of the pooled high and the low part side by side

    Lane(int image, Share share, boolean onlyHigh) {
      this.image = image;
      this.share = share;
      this.onlyHigh = onlyHigh;
      int wanted = formulation.bandRows() * (onlyHigh ? 2 : 1);
      this.bandRows = wanted == 0 ? share.count() : Math.min(wanted, share.count());
    }

    void add() {
      allocate();
      int bands = (share.count() + bandRows - 1) / bandRows;
      for (int band = 0; band < bands; band++) {
        Share rows = Share.of(share.count(), 1, band, bands);
        Share here = new Share(share.first() + rows.first(), rows.count());
        if (onlyHigh) {
          addHighRows(here);
        } else {
          addBand(here);
        }
      }
    }

    private void allocate() {
      if (task.has(OctavePath.HL)) {
        Share needed = halo(share, task.sizes().strided().lowHeight());
        pooledFirst = needed.first();
        pooledEnd = needed.first();
        pooled =
            builder.temporary(
                task.name() + ".pool",
                Layout.NHWC,
                1,
                high().desc().dim(1),
                needed.count(),
                task.sizes().strided().lowWidth());
        if (mergesSources()) {
          sources =
              builder.temporary(
                  task.name() + ".sources",
                  Layout.NHWC,
                  1,
                  high().desc().dim(1) + low().desc().dim(1),
                  needed.count(),
                  task.sizes().strided().lowWidth());
        }
      }
      if (task.has(OctavePath.LH) && !keepsLow) {
        small =
            builder.temporary(
                task.name() + ".lh",
                Layout.NHWC,
                1,
                task.yHigh().desc().dim(1),
                bandRows,
                task.sizes().output().lowWidth());
      }
    }

    /** Adds the rows {@code band} of the low output and twice as many of the high one. */
    private void addBand(Share band) {
      if (task.has(OctavePath.HL)) {
        poolUpTo(halo(band, task.sizes().strided().lowHeight()).end());
      }
      if (task.y().high() != null) {
        addHigh(band);
      }
      if (task.y().low() != null) {
        addLow(band);
      }
    }

    /** Pools the rows that this band needs and earlier ones did not. */
    private void poolUpTo(int end) {
      if (end > pooledEnd) {
        int from = 2 * pooledEnd;
        int to = Math.min(Math.toIntExact(high().desc().dim(2)), 2 * end); // CEIL: half a window
        builder.pool(
            task.name() + ".pool",
            Images.rows(high(), image, from, to - from),
            Images.rows(
                Objects.requireNonNull(pooled), 0, pooledEnd - pooledFirst, end - pooledEnd));
        if (sources != null) {
          builder.concat(
              task.name() + ".sources",
              Images.rows(
                  Objects.requireNonNull(pooled), 0, pooledEnd - pooledFirst, end - pooledEnd),
              Images.rows(low(), image, pooledEnd, end - pooledEnd),
              Images.rows(sources, 0, pooledEnd - pooledFirst, end - pooledEnd));
        }
        pooledEnd = end;
      }
    }

    /** Adds rows of the high output without upsampling. */
    private void addHighRows(Share rows) {
      Operand y = task.yHigh();
      boolean both = keepsLow && task.has(OctavePath.HH);
      if (task.has(OctavePath.HH)) {
        convolution(OctavePath.HH, high(), y, rows, true, both ? first : last(first));
      }
      if (keepsLow) {
        PostOps sum = both ? PostOps.NONE.sum() : first;
        convolution(OctavePath.LH, task.xLow(), y, rows, !both, last(sum));
      }
    }

    private void addHigh(Share band) {
      Share twice = new Share(2 * band.first(), 2 * band.count());
      Operand y = Images.rows(task.yHigh(), image, twice.first(), twice.count());
      if (!task.has(OctavePath.LH) || keepsLow) {
        addHighRows(twice);
        return;
      }
      boolean both = task.has(OctavePath.HH);
      Operand up = Images.rows(Objects.requireNonNull(small), 0, 0, band.count());
      builder.convolution(
          task.kernel(OctavePath.LH),
          both ? null : task.bias(Frequency.HIGH),
          window(band, low().desc().dim(2)),
          input(low(), band),
          up,
          PostOps.NONE);
      if (!both) {
        builder.upsample(task.name() + ".up", up, y, last(first));
      } else if (formulation.highSum() == Formulation.HighSum.ON_RESAMPLING) {
        convolution(OctavePath.HH, high(), task.yHigh(), twice, true, first);
        builder.upsample(task.name() + ".up", up, y, last(PostOps.NONE.sum()));
      } else {
        builder.upsample(task.name() + ".up", up, y, first);
        convolution(OctavePath.HH, high(), task.yHigh(), twice, true, last(PostOps.NONE.sum()));
      }
    }

    private void addLow(Share band) {
      if (sources != null) {
        long available = task.sizes().strided().lowHeight();
        Share needed = halo(band, available);
        builder.convolution(
            task.kernel(OctavePath.HL).besideInput(task.kernel(OctavePath.LL)),
            task.bias(Frequency.LOW),
            window(band, available),
            Images.rows(sources, 0, needed.first() - pooledFirst, needed.count()),
            Images.rows(task.yLow(), image, band.first(), band.count()),
            last(first));
        return;
      }
      boolean both = task.adds(OctavePath.LL, OctavePath.HL);
      if (task.has(OctavePath.LL)) {
        convolution(OctavePath.LL, low(), task.yLow(), band, true, both ? first : last(first));
      }
      if (task.has(OctavePath.HL)) {
        long available = task.sizes().strided().lowHeight();
        Share needed = halo(band, available);
        builder.convolution(
            task.kernel(OctavePath.HL),
            both ? null : task.bias(Frequency.LOW),
            window(band, available),
            Images.rows(
                Objects.requireNonNull(pooled), 0, needed.first() - pooledFirst, needed.count()),
            Images.rows(task.yLow(), image, band.first(), band.count()),
            last(both ? PostOps.NONE.sum() : first));
      }
    }

    private void convolution(
        OctavePath path, Operand x, Operand y, Share band, boolean bias, PostOps postOps) {
      builder.convolution(
          task.kernel(path),
          bias ? task.bias(path.destination()) : null,
          window(band, x.desc().dim(2)),
          input(x, band),
          Images.rows(y, image, band.first(), band.count()),
          postOps);
    }

    /** The rows of {@code x} that the output rows {@code band} read. */
    private Operand input(Operand x, Share band) {
      Share needed = halo(band, x.desc().dim(2));
      return Images.rows(x, image, needed.first(), needed.count());
    }
  }

  private Operand high() {
    return Objects.requireNonNull(high);
  }

  private Operand low() {
    return Objects.requireNonNull(low);
  }

  private boolean mergesSources() {
    return formulation.merge() == Formulation.Merge.LOW_SOURCES
        && task.adds(OctavePath.LL, OctavePath.HL);
  }

  private PostOps last(PostOps postOps) {
    return task.activation().after(postOps);
  }

  private long reach() {
    return spec.window().reach(0);
  }

  /** The input rows that output rows need, as far as there are. */
  private Share halo(Share band, long available) {
    int from = Math.max(0, band.first() - spec.padding().top());
    int to = (int) Math.min(available, band.end() - 1L - spec.padding().top() + reach() + 1);
    return new Share(from, to - from);
  }

  /** The window for output rows, with zeros only where the image ends. */
  private Window window(Share band, long available) {
    Padding p = spec.padding();
    long top = Math.max(0, p.top() - band.first());
    long bottom = Math.max(0, band.end() - p.top() + reach() - available);
    return spec.window().padding(new long[] {top, p.left()}, new long[] {bottom, p.right()});
  }
}
