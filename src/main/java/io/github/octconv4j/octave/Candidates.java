package io.github.octconv4j.octave;

import io.github.octconv4j.octave.Formulation.HighSum;
import io.github.octconv4j.octave.Formulation.Sharing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists the formulations that are possible for an octave convolution. */
final class Candidates {
  private Candidates() {}

  static List<Formulation> all(OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    OctaveSizes sizes = OctaveSizes.of(spec, input);
    int threads = options.threads();
    List<HighSum> sums =
        spec.has(OctavePath.HH) && spec.has(OctavePath.LH)
            ? List.of(HighSum.values())
            : List.of(HighSum.ON_CONVOLUTION);
    Set<Formulation> all = new LinkedHashSet<>();
    for (HighSum sum : sums) {
      all.add(new Formulation(Layout.NHWC, sum, Sharing.PRIMITIVES, 0));
      if (blocks(spec)) {
        all.add(new Formulation(Layout.BLOCKED, sum, Sharing.PRIMITIVES, 0));
        if (threads > 1 && ChannelLanes.fits(spec, input, threads)) {
          all.add(new Formulation(Layout.BLOCKED, sum, Sharing.CHANNELS, 0));
        }
      }
      if (threads > 1 && input.batch() % threads == 0) {
        all.add(new Formulation(Layout.NHWC, sum, Sharing.ROWS, 0));
        if (blocks(spec)) {
          all.add(new Formulation(Layout.BLOCKED, sum, Sharing.ROWS, 0));
        }
      }
      if (RowBands.fits(spec, sizes)) {
        for (int rows : bandRows(sizes, threads)) {
          all.add(new Formulation(Layout.NHWC, sum, Sharing.ROWS, rows));
        }
      }
      if (Branches.fits(spec, sizes, threads)) {
        all.add(new Formulation(Layout.NHWC, sum, Sharing.BRANCHES, 0));
        if (blocks(spec)) {
          all.add(new Formulation(Layout.BLOCKED, sum, Sharing.BRANCHES, 0));
        }
      }
    }
    return new ArrayList<>(all);
  }

  /**
   * Whether blocks of channels can be fast: no groups but depthwise ones, and not just an image.
   */
  private static boolean blocks(OctaveConv2d spec) {
    int block = Layout.blockSize();
    return spec.groups() == 1 && spec.in().total() >= block && spec.out().total() >= block;
  }

  private static List<Integer> bandRows(OctaveSizes sizes, int threads) {
    int rows = Math.max(1, sizes.output().lowHeight());
    int each = (rows + threads - 1) / threads;
    List<Integer> list = new ArrayList<>();
    for (int bands : new int[] {1, 2, 3, 4, 7}) {
      int height = (each + bands - 1) / bands;
      if ((threads > 1 || bands > 1) && height >= 2 && !list.contains(height)) {
        list.add(height);
      }
    }
    return list;
  }
}
