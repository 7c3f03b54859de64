package io.github.octconv4j.octave;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One way to put an octave convolution together from oneDNN's primitives. All give the same
 * numbers; which is fastest depends on shapes and processor.
 *
 * @param layout of all tensors inside
 * @param highSum which of its two terms is added to the high output
 * @param merge which convolutions are done as one
 * @param sharing how several threads share the work
 * @param bandRows rows of the low part in each row band, 0 where the image is taken whole. A band
 *     finds its rows in the second-level cache from the pooling to the last sum
 * @since 0.1.0
 */
public record Formulation(
    Layout layout, HighSum highSum, Merge merge, Sharing sharing, int bandRows) {
  /** Which term of {@code y_h = conv(x_h) + up(conv(x_l))} is written last and adds the other. */
  public enum HighSum {
    /** The convolution adds to the upsampled part. */
    ON_CONVOLUTION,
    /** The upsampling adds to the convolution. */
    ON_RESAMPLING
  }

  /**
   * Which convolutions are done as one. Kernels of 1x1 commute with pooling and copying, so that
   * theirs can be done as one at high resolution too: more multiply-adds, but channels that fill
   * the registers, and no passes over the wide tensors.
   */
  public enum Merge {
    /** None. */
    NONE,
    /** One over {@code pool(x_h)} and {@code x_l} side by side, for the low output. */
    LOW_SOURCES,
    /** One of {@code x_l}, for the low output and for what is upsampled. */
    LOW_RESULTS,
    /** One over {@code x_h} and {@code up(x_l)} side by side, for the high output; 1x1 only. */
    HIGH_SOURCES,
    /** One of {@code x_h}, for the high output and for what is pooled; 1x1 only. */
    HIGH_RESULTS;

    /** Whether this is done band by band at high resolution. */
    boolean isHigh() {
      return this == HIGH_SOURCES || this == HIGH_RESULTS;
    }
  }

  /** How several threads share the work. */
  public enum Sharing {
    /** Each primitive uses all threads of the OpenMP runtime. */
    PRIMITIVES,
    /** Each thread has rows of the image, or images of the batch. */
    ROWS,
    /** Each thread has blocks of output channels. */
    CHANNELS,
    /** One thread has the high output's own convolution, the other everything else. */
    BRANCHES
  }

  /** What is taken without asking: right for every shape, and rarely far from the best. */
  public static final Formulation DEFAULT =
      new Formulation(Layout.NHWC, HighSum.ON_RESAMPLING, Merge.NONE, Sharing.PRIMITIVES, 0);

  /** Checks that bands and merged results go with the layout. */
  public Formulation {
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(highSum, "highSum");
    Objects.requireNonNull(merge, "merge");
    Objects.requireNonNull(sharing, "sharing");
    if (bandRows < 0 || (bandRows > 0 && layout != Layout.NHWC)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "bandRows must be at least 0, and 0 with %s, was %d", layout, bandRows));
    }
    if (sharing == Sharing.CHANNELS && layout != Layout.BLOCKED) {
      throw new IllegalArgumentException("CHANNELS needs the layout BLOCKED, was " + layout);
    }
    if (merge == Merge.LOW_RESULTS && layout != Layout.BLOCKED) {
      throw new IllegalArgumentException("LOW_RESULTS needs the layout BLOCKED, was " + layout);
    }
    if (merge.isHigh() && (layout != Layout.NHWC || sharing != Sharing.ROWS)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s needs the layout NHWC and threads on ROWS, was %s and %s",
              merge,
              layout,
              sharing));
    }
  }

  /**
   * Returns how a convolution can be added whose tensors have channels innermost, what is predicted
   * to be fastest first. With several threads all of them use workers; where none can, the only one
   * is {@link #DEFAULT}, whose primitives then share the rows of each image.
   *
   * @param input the size of the input
   */
  public static List<Formulation> candidates(
      OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(options, "options");
    return Candidates.channelsLast(spec, input, options);
  }

  /** Returns this with another merge. */
  Formulation with(Merge merge) {
    return new Formulation(layout, highSum, merge, sharing, bandRows);
  }

  /** Returns for instance {@code nhwc, sum on_resampling, threads rows, bands of 7 rows}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, sum %s%s, threads %s%s",
        layout.name().toLowerCase(Locale.ROOT),
        highSum.name().toLowerCase(Locale.ROOT),
        merge == Merge.NONE ? "" : ", merged " + merge.name().toLowerCase(Locale.ROOT),
        sharing.name().toLowerCase(Locale.ROOT),
        bandRows == 0 ? "" : String.format(Locale.ROOT, ", bands of %d rows", bandRows));
  }

  /** Adds a task to a program in this way. */
  void add(OctaveProgramBuilder builder, OctaveTask task) {
    int threads = builder.threads();
    int batch = task.x().shape().batch();
    if (merge.isHigh()) {
      new PointwiseBands(builder, task, this).add();
    } else if (sharing == Sharing.ROWS && bandRows == 0 && Images.areWhole(batch, threads)) {
      builder.share(
          batch,
          1,
          share -> new WholeImages(builder, task.images(share.first(), share.count()), this).add());
    } else {
      switch (sharing) {
        case ROWS -> new RowBands(builder, task, this).add();
        case CHANNELS -> new ChannelLanes(builder, task, this).add();
        case BRANCHES -> new Branches(builder, task, this).add();
        case PRIMITIVES -> new WholeImages(builder, task, this).add();
      }
    }
  }

  /** Returns how many OpenMP threads each primitive uses. */
  int primitiveThreads(int threads) {
    return sharing == Sharing.PRIMITIVES ? threads : 1;
  }
}
