package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanOptions;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists the formulations that are possible for an octave convolution. */
public final class Candidates {
  private static final int MOST_BANDED = 32;
  private static final int MOST_BANDED_IN_NETWORKS = 4; // bands of more make very many steps
  private static final double HOPELESS = 1.4; // times the best prediction

  private final OctaveConv2d spec;
  private final OctaveShape input;
  private final OctaveSizes sizes;
  private final int threads;
  private final Set<Formulation> all = new LinkedHashSet<>();

  private Candidates(OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    this.spec = spec;
    this.input = input;
    this.sizes = OctaveSizes.of(spec, input);
    this.threads = options.threads();
  }

  /** Returns all that are possible. */
  public static List<Formulation> all(OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    Candidates candidates = new Candidates(spec, input, options);
    boolean adds = spec.has(OctavePath.HH) && spec.has(OctavePath.LH);
    for (HighSum sum : adds ? HighSum.values() : new HighSum[] {HighSum.ON_CONVOLUTION}) {
      candidates.addPlain(sum);
    }
    candidates.addMerged();
    candidates.addPointwise();
    candidates.preferWorkers();
    return new ArrayList<>(candidates.all);
  }

  /** Those with channels innermost that may be fast, and the default; see {@link Formulation}. */
  static List<Formulation> channelsLast(OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    CostModel model = new CostModel(spec, input, options);
    List<Formulation> possible = new ArrayList<>(List.of(Formulation.DEFAULT));
    for (Formulation f : all(spec, input, options)) {
      boolean many = Formulations.bandRows(f) > 0 && input.batch() > MOST_BANDED_IN_NETWORKS;
      if (f.layout() == Layout.NHWC && !many && !possible.contains(f)) {
        possible.add(f);
      }
    }
    possible.sort(Comparator.comparingDouble(model::microseconds));
    double hopeless = HOPELESS * model.microseconds(possible.getFirst());
    possible.removeIf(f -> !f.equals(Formulation.DEFAULT) && model.microseconds(f) > hopeless);
    return possible;
  }

  /**
   * Leaves the threads of OpenMP out where ours can do the work: idle ones spin for a while, and in
   * a process that uses both they take the processors from each other.
   */
  private void preferWorkers() {
    if (threads > 1 && all.stream().anyMatch(f -> f.sharing() != Sharing.PRIMITIVES)) {
      all.removeIf(f -> f.sharing() == Sharing.PRIMITIVES);
    }
  }

  private void addPlain(HighSum sum) {
    LowSum separate = LowSum.SEPARATE;
    for (Layout layout : blocksFit() ? Layout.values() : new Layout[] {Layout.NHWC}) {
      add(new Whole(layout, sum, separate));
      if (threads > 1 && Partition.areWhole(input.batch(), threads)) {
        add(new Images(layout, sum, separate));
      }
      add(new Branches(layout, separate));
      if (layout == Layout.BLOCKED && threads > 1) {
        add(new Channels(sum, separate));
      }
    }
    if (isBanded()) {
      bandRows().forEach(rows -> add(new Bands(sum, separate, rows)));
    }
  }

  /** Whether there are few images: each has steps of its own. */
  private boolean isBanded() {
    return input.batch() <= MOST_BANDED;
  }

  private void add(Formulation formulation) {
    if (Formulations.fits(formulation, spec, sizes, threads)) {
      all.add(formulation);
    }
  }

  /** Adds the same with convolutions at low resolution done as one. */
  private void addMerged() {
    for (Formulation plain : new ArrayList<>(all)) {
      switch (plain) {
        case Whole f -> {
          add(new Whole(f.layout(), f.highSum(), LowSum.ONE));
          if (f.layout() == Layout.BLOCKED) {
            add(new LowResults(f.highSum(), false));
          }
        }
        case Channels f -> {
          add(new Channels(f.highSum(), LowSum.ONE));
          add(new LowResults(f.highSum(), true));
        }
        case Images f -> add(new Images(f.layout(), f.highSum(), LowSum.ONE));
        case Bands f -> add(new Bands(f.highSum(), LowSum.ONE, f.bandRows()));
        case Branches f -> add(new Branches(f.layout(), LowSum.ONE));
        case LowResults _, Pointwise _ -> {} // are merged already
      }
    }
  }

  /** Adds convolutions at high resolution done as one, in bands and whole. */
  private void addPointwise() {
    if (isBanded()) {
      List<Integer> heights = new ArrayList<>(bandRows());
      heights.add(0);
      for (int rows : heights) {
        for (Beside beside : Beside.values()) {
          add(new Pointwise(beside, rows));
        }
      }
    }
  }

  /** Whether blocks of channels can be fast: no groups, and more channels than a picture has. */
  private boolean blocksFit() {
    int block = Layout.blockSize();
    int most = Integer.MAX_VALUE - 2 * block; // to be filled up
    int least = Math.min(spec.in().total(), spec.out().total());
    int largest = Math.max(spec.in().total(), spec.out().total());
    return spec.groups().isDense() && least >= block && largest <= most;
  }

  private List<Integer> bandRows() {
    int rows = Math.max(1, sizes.output().lowHeight());
    int each = Math.ceilDiv(rows, threads);
    List<Integer> list = new ArrayList<>();
    for (int bands : new int[] {1, 2, 3, 4, 7}) {
      int height = Math.ceilDiv(each, bands);
      if ((threads > 1 || bands > 1) && height >= 2 && !list.contains(height)) {
        list.add(height);
      }
    }
    return list;
  }
}
