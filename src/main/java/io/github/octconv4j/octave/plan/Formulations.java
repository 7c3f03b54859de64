package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.plan.Formulation.Bands;
import io.github.octconv4j.octave.plan.Formulation.Beside;
import io.github.octconv4j.octave.plan.Formulation.Branches;
import io.github.octconv4j.octave.plan.Formulation.Channels;
import io.github.octconv4j.octave.plan.Formulation.HighSum;
import io.github.octconv4j.octave.plan.Formulation.Images;
import io.github.octconv4j.octave.plan.Formulation.LowResults;
import io.github.octconv4j.octave.plan.Formulation.LowSum;
import io.github.octconv4j.octave.plan.Formulation.Pointwise;
import io.github.octconv4j.octave.plan.Formulation.Sharing;
import io.github.octconv4j.octave.plan.Formulation.Whole;
import io.github.octconv4j.octave.plan.OctaveExpression.Averages;
import io.github.octconv4j.text.Printable;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be asked of each {@link Formulation}, and how it is added to a program. */
public final class Formulations {
  private Formulations() {}

  /** Adds a task to a program in one way; the formulation must fit. */
  static void add(OctaveProgramBuilder builder, OctaveTask task, Formulation formulation) {
    OctaveExpression octave = new OctaveExpression(task, averages(formulation));
    switch (formulation) {
      case Whole f -> new Partition(builder, octave.separate(f.highSum(), f.lowSum())).whole();
      case Images f -> new Partition(builder, octave.separate(f.highSum(), f.lowSum())).images();
      case Bands f ->
          new Partition(builder, octave.separate(f.highSum(), f.lowSum()))
              .rows(octave.rows(f.bandRows()));
      case Channels f ->
          new Partition(builder, octave.separate(f.highSum(), f.lowSum())).channels();
      case Branches f ->
          new Partition(builder, octave.separate(HighSum.ON_RESAMPLING, f.lowSum()))
              .branches(octave::isHighOwn, octave::isHighSum);
      case LowResults f when f.shared() ->
          new Partition(builder, octave.lowResults(f.highSum())).channels();
      case LowResults f -> new Partition(builder, octave.lowResults(f.highSum())).whole();
      case Pointwise f -> {
        boolean sources = f.beside() == Beside.SOURCES;
        new Partition(builder, sources ? octave.highSources() : octave.highResults())
            .rows(f.bandRows());
      }
    }
  }

  private static Averages averages(Formulation formulation) {
    return switch (formulation.sharing()) {
      case PRIMITIVES, BRANCHES -> Averages.ON_DEMAND;
      case CHANNELS -> Averages.ALL_BEFORE;
      case ROWS -> formulation instanceof Images ? Averages.ON_DEMAND : Averages.STRIDES_BEFORE;
    };
  }

  /** Whether a convolution of this size can be put together so. */
  static boolean fits(Formulation formulation, OctaveConv2d spec, OctaveSizes sizes, int threads) {
    if (formulation.layout() == Layout.BLOCKED && !spec.groups().isDense()) {
      return false;
    }
    return switch (formulation) {
      case Whole f -> sumFits(f.lowSum(), spec);
      case Images f -> sumFits(f.lowSum(), spec);
      case Bands f -> sumFits(f.lowSum(), spec) && rowsFit(spec, sizes);
      case Channels f -> sumFits(f.lowSum(), spec) && channelsFit(spec, sizes, threads);
      case Branches f ->
          sumFits(f.lowSum(), spec)
              && threads == 2
              && spec.stride() == 1
              && spec.paths().size() == 4
              && isDouble(sizes.output());
      case LowResults f ->
          spec.paths().size() == 4
              && !Geometry.keepsLow(spec)
              && sizes.input().batch() == 1
              && (!f.shared() || channelsFit(spec, sizes, threads));
      case Pointwise _ ->
          spec.kernelHeight() == 1
              && spec.kernelWidth() == 1
              && spec.padding().equals(Padding.NONE)
              && spec.stride() == 1
              && spec.groups().isDense()
              && spec.paths().size() == 4
              && rowsFit(spec, sizes);
    };
  }

  /** Whether there is one sum to make: without groups, of two terms. */
  private static boolean sumFits(LowSum sum, OctaveConv2d spec) {
    return sum == LowSum.SEPARATE
        || (spec.groups().isDense() && spec.has(OctavePath.LL) && spec.has(OctavePath.HL));
  }

  /**
   * Whether some rows can be made without the others: what is added must have twice the size, or
   * the same where {@link StrideRule#KEEP_LOW} spares the upsampling, and no output row may read
   * padding only.
   */
  private static boolean rowsFit(OctaveConv2d spec, OctaveSizes sizes) {
    long reach = Geometry.window(spec).reach(0);
    if (Geometry.moves(spec) || spec.padding().top() > reach || spec.padding().bottom() > reach) {
      return false;
    }
    boolean one = spec.paths().size() == 1 && !spec.has(OctavePath.LH);
    OctaveShape s = sizes.strided();
    OctaveShape y = sizes.output();
    boolean exact = isDouble(s) && isDouble(y) && y.lowHeight() == s.lowHeight();
    if (!Geometry.keepsLow(spec) || !spec.has(OctavePath.LH)) {
      return one || exact;
    }
    OctaveShape x = sizes.input();
    boolean same = x.lowHeight() == s.height() && x.lowWidth() == s.width();
    return same && (exact || (spec.out().low() == 0 && y.height() == s.height()));
  }

  private static boolean isDouble(OctaveShape shape) {
    return shape.height() == 2 * shape.lowHeight() && shape.width() == 2 * shape.lowWidth();
  }

  /** Whether each thread has a block of one output at least, of a single image. */
  private static boolean channelsFit(OctaveConv2d spec, OctaveSizes sizes, int threads) {
    int blocks = Math.ceilDiv(Math.max(spec.out().high(), spec.out().low()), Layout.blockSize());
    return sizes.input().batch() == 1 && blocks >= threads;
  }

  /** Returns how many OpenMP threads each primitive uses. */
  public static int primitiveThreads(Formulation formulation, int threads) {
    return formulation.sharing() == Sharing.PRIMITIVES ? threads : 1;
  }

  /** The rows of the low part in each band, 0 where there are no bands. */
  static int bandRows(Formulation formulation) {
    return switch (formulation) {
      case Bands f -> f.bandRows();
      case Pointwise f -> f.bandRows();
      case Whole _, Images _, Channels _, Branches _, LowResults _ -> 0;
    };
  }

  /** Which term of the high output is written last. */
  static HighSum highSum(Formulation formulation) {
    return switch (formulation) {
      case Whole f -> f.highSum();
      case Images f -> f.highSum();
      case Bands f -> f.highSum();
      case Channels f -> f.highSum();
      case LowResults f -> f.highSum();
      case Branches _, Pointwise _ -> HighSum.ON_RESAMPLING;
    };
  }

  /**
   * Whether what a convolution upsamples can be summed with that of others first, see {@link
   * SmallSum}: a step of its own upsamples it, to exactly twice the size, and adds it last.
   *
   * @param input the size of the input
   */
  public static boolean sumsSmall(Formulation formulation, OctaveConv2d spec, OctaveShape input) {
    return spec.has(OctavePath.HH)
        && spec.has(OctavePath.LH)
        && !Geometry.keepsLow(spec)
        && isDouble(spec.outputShape(input))
        && switch (formulation) {
          case Whole _, Images _, Bands _, Branches _ ->
              highSum(formulation) == HighSum.ON_RESAMPLING;
          case Channels _, LowResults _, Pointwise _ -> false;
        };
  }

  /** How the low output is summed. */
  static LowSum lowSum(Formulation formulation) {
    return switch (formulation) {
      case Whole f -> f.lowSum();
      case Images f -> f.lowSum();
      case Bands f -> f.lowSum();
      case Channels f -> f.lowSum();
      case Branches f -> f.lowSum();
      case LowResults _, Pointwise _ -> LowSum.SEPARATE;
    };
  }

  /**
   * Returns the formulation that was chosen for a plan, if it is one of those that are possible.
   *
   * @param plan everything that the choice depends on, in one line
   */
  public static Optional<Formulation> kept(
      PlanChoices choices, String plan, List<Formulation> possible) {
    Optional<String> text = choices.find(plan);
    Optional<Formulation> choice =
        text.flatMap(t -> possible.stream().filter(f -> f.toString().equals(t)).findFirst());
    if (text.isPresent() && choice.isEmpty()) {
      System.getLogger(PlanChoices.class.getName())
          .log(
              Level.WARNING,
              "ignored the choice \"{0}\" for {1}: it is none of the possible formulations",
              Printable.text(text.get()),
              Printable.text(plan));
    }
    return choice;
  }

  /** A formulation in one line; different ones have different texts. */
  static String text(Formulation formulation) {
    String merged =
        switch (formulation) {
          case Pointwise f -> "high_" + f.beside().name().toLowerCase(Locale.ROOT);
          case LowResults _ -> "low_results";
          default -> lowSum(formulation) == LowSum.ONE ? "low_sources" : "";
        };
    int rows = bandRows(formulation);
    return String.format(
        Locale.ROOT,
        "%s, sum %s%s, threads %s%s",
        formulation.layout().name().toLowerCase(Locale.ROOT),
        highSum(formulation).name().toLowerCase(Locale.ROOT),
        merged.isEmpty() ? "" : ", merged " + merged,
        formulation.sharing().name().toLowerCase(Locale.ROOT),
        rows == 0 ? "" : String.format(Locale.ROOT, ", bands of %d rows", rows));
  }
}
