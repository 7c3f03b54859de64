package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.plan.Formulation.Beside;
import io.github.octconv4j.octave.plan.Formulation.HighSum;
import io.github.octconv4j.octave.plan.Formulation.LowSum;
import io.github.octconv4j.octave.plan.Formulation.Pointwise;
import io.github.octconv4j.octave.plan.Formulation.Sharing;

/**
 * Predicts the time of a formulation from what it multiplies and moves. Only the order of the
 * predictions matters. {@link Rates} and the {@link SecondLevelCache} are those of the processor.
 */
final class CostModel {
  private static final double STEP_US = 3; // in a network, where what it reads was not read before
  private static final double MEETING_US = 3;
  private static final double SHARE_OF_CACHE = 0.7; // that is left for the maps

  private final OctaveConv2d spec;
  private final OctaveSizes sizes;
  private final PlanOptions options;
  private final Rates rates;

  CostModel(OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    this.spec = spec;
    this.sizes = OctaveSizes.of(spec, input);
    this.options = options;
    this.rates = Rates.of(options.type());
  }

  /** Returns the predicted time of a run in microseconds. */
  double microseconds(Formulation f) {
    int threads = options.threads();
    double share = f.sharing() == Sharing.BRANCHES ? branchShare() : 1.0 / threads;
    double steps = (spec.paths().size() + 2) * bands(f) * STEP_US;
    double meetings = threads == 1 ? 0 : meetings(f) * MEETING_US;
    return (multiplyAdds(f) / rates.multiplyAdds() + moves(f)) * share + steps + meetings;
  }

  /** Multiply-adds with channels filled up to whole registers, weighted by how well kernels run. */
  private double multiplyAdds(Formulation f) {
    double sum = 0;
    for (OctavePath path : spec.paths()) {
      if (f instanceof Pointwise point && path == OctavePath.HH) {
        sum += mergedHigh(point.beside());
        continue;
      }
      OctaveShape y = sizes.output();
      long[] smallest =
          path == OctavePath.HH
              ? new long[] {y.height(), y.width()}
              : new long[] {y.lowHeight(), y.lowWidth()};
      int channels = spec.in().of(path.source());
      double source = f.layout() == Layout.BLOCKED ? inBlocks(channels) : channels;
      double in = source / spec.groups(path);
      double out = inBlocks(spec.out().of(path.destination()));
      double window = (double) spec.kernelHeight() * spec.kernelWidth();
      sum += (double) y.batch() * smallest[0] * smallest[1] * in * out * window;
    }
    boolean large = spec.kernelHeight() > 1 || spec.kernelWidth() > 1;
    return f.layout() == Layout.BLOCKED && large ? 1.15 * sum : sum;
  }

  /** What the one convolution at high resolution costs beyond the path that it replaces. */
  private double mergedHigh(Beside beside) {
    boolean sources = beside == Beside.SOURCES;
    double in = sources ? spec.in().total() : spec.in().high();
    double out = inBlocks(sources ? spec.out().high() : spec.out().total());
    OctavePath replaced = sources ? OctavePath.LH : OctavePath.HL;
    double saved =
        area(sizes.output())
            / 4
            * spec.in().of(replaced.source())
            * inBlocks(spec.out().of(replaced.destination()));
    return area(sizes.output()) * in * out - saved;
  }

  /** Microseconds for what is read and written beside the convolutions. */
  private double moves(Formulation f) {
    double bytes = 0;
    double type = options.type().bytes();
    OctaveShape x = sizes.input();
    OctaveShape s = sizes.strided();
    OctaveShape y = sizes.output();
    if (Geometry.pools(spec)) {
      bytes += 1.25 * type * area(x) * spec.in().total();
    }
    if (f instanceof Pointwise point) {
      bytes += type * pointwiseMoves(point.beside());
    } else {
      if (spec.has(OctavePath.HL)) {
        bytes += 1.25 * type * area(s) * spec.in().high();
      }
      if (spec.has(OctavePath.LH)) {
        double times = Formulations.highSum(f) == HighSum.ON_RESAMPLING ? 2.25 : 2.5;
        bytes += times * type * area(y) * spec.out().high();
      }
    }
    if (Formulations.lowSum(f) == LowSum.ONE) {
      bytes += 2 * type * area(s) / 4 * spec.in().total() - type * area(y) / 4 * spec.out().low();
    }
    boolean near = workingSet(f) < SHARE_OF_CACHE * SecondLevelCache.bytes();
    return bytes / (near ? rates.nearBytes() : rates.farBytes());
  }

  /** Elements that are read and written beside the convolutions at high resolution. */
  private double pointwiseMoves(Beside beside) {
    OctaveShape s = sizes.strided();
    OctaveShape y = sizes.output();
    return switch (beside) {
      case SOURCES ->
          1.25 * area(s) * spec.in().high()
              + area(s) * (2 * spec.in().total() + 1.25 * spec.in().low());
      case RESULTS -> 4.25 * area(y) * spec.out().high() + 3.25 * area(y) * spec.out().low();
    };
  }

  /** Bytes of both high parts that a band, or the whole, goes through. */
  private double workingSet(Formulation f) {
    double all =
        options.type().bytes()
            * (area(sizes.strided()) * spec.in().high() + area(sizes.output()) * spec.out().high());
    return all / bands(f) / (f.sharing() == Sharing.PRIMITIVES ? 1 : options.threads());
  }

  private double bands(Formulation f) {
    int bandRows = Formulations.bandRows(f);
    if (bandRows == 0) {
      return 1;
    }
    double rows = Math.max(1, sizes.output().lowHeight());
    double each = Math.ceil(rows / options.threads());
    return sizes.output().batch() * Math.ceil(each / bandRows);
  }

  private double meetings(Formulation f) {
    return switch (f.sharing()) {
      case PRIMITIVES -> spec.paths().size() + 2;
      case ROWS -> Geometry.pools(spec) ? 2 : 1;
      case CHANNELS -> Geometry.pools(spec) ? 3 : 2;
      case BRANCHES -> 2;
    };
  }

  /** The larger branch's part of the work on two threads. */
  private double branchShare() {
    double own = (double) spec.in().high() * spec.out().high();
    double rest = (spec.in().total() * (double) spec.out().total() - own) / 4;
    return Math.max(own, rest) / (own + rest);
  }

  /** So many channels as fill whole registers. */
  private static double inBlocks(int channels) {
    double block = Layout.blockSize();
    return Math.ceil(channels / block) * block;
  }

  private static double area(OctaveShape shape) {
    return (double) shape.batch() * shape.height() * shape.width();
  }
}
