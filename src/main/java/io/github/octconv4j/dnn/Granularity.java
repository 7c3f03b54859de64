package io.github.octconv4j.dnn;

import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Which elements of an argument share a scale or a zero point.
 *
 * @param mask bit {@code d} is set where each index along dimension {@code d} has a value of its
 *     own; 0 for one value for all
 * @param groups how many neighbours along each of the last two dimensions share a value all the
 *     same, of {@link MatMul} alone; empty for none
 * @since 0.1.0
 */
public record Granularity(int mask, List<Long> groups) {
  /** One value for the whole tensor. */
  public static final Granularity TENSOR = new Granularity(0, List.of());

  /** Checks the numbers. */
  public Granularity {
    Objects.requireNonNull(groups, "groups");
    groups = Checks.list("groups", groups);
    if (mask < 0 || mask >= 1 << MemoryDesc.MAX_RANK) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "mask must have bits of at most %d dimensions, was %d",
              MemoryDesc.MAX_RANK,
              mask));
    }
    boolean fits = groups.isEmpty() || (groups.size() == 2 && mask != 0);
    for (long group : groups) {
      fits &= group >= 1;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "groups must be none, or two of at least 1 where mask is not 0, were %s and mask %d",
              groups,
              mask));
    }
  }

  /**
   * Returns a value for each index along some dimensions: {@code of(0)} for the output channels of
   * weights, {@code of(0, 1)} where they have groups.
   *
   * @param dimensions each at most once, 0 to 11
   */
  public static Granularity of(int... dimensions) {
    Objects.requireNonNull(dimensions, "dimensions");
    int mask = 0;
    for (int dimension : dimensions) {
      boolean fits = dimension >= 0 && dimension < MemoryDesc.MAX_RANK;
      if (!fits || (mask & 1 << dimension) != 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "dimensions must be 0 to %d, each once, one was %d",
                MemoryDesc.MAX_RANK - 1,
                dimension));
      }
      mask |= 1 << dimension;
    }
    return new Granularity(mask, List.of());
  }

  /**
   * Returns the values that a tensor needs: a row of them, the last dimension of the mask counted
   * fastest.
   *
   * @throws IllegalArgumentException if it has fewer dimensions than the mask, or groups don't
   *     divide them
   */
  long count(MemoryDesc desc) {
    int rank = desc.rank();
    boolean fits = mask >>> rank == 0 && (groups.isEmpty() || rank >= 2);
    long count = 1;
    for (int d = 0; fits && d < rank; d++) {
      if ((mask & 1 << d) != 0) {
        long group = groups.isEmpty() || d < rank - 2 ? 1 : groups.get(d - rank + 2);
        fits = desc.dim(d) % group == 0;
        count *= desc.dim(d) / group;
      }
    }
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "scales and zero points of %s must have a mask of its %d dimensions and groups that divide them, were %s",
              desc,
              rank,
              this));
    }
    return count;
  }

  /** Returns for instance {@code mask 1} or {@code mask 3 groups 4x1}. */
  @Override
  public String toString() {
    return groups.isEmpty()
        ? "mask " + mask
        : String.format(
            Locale.ROOT, "mask %d groups %dx%d", mask, groups.getFirst(), groups.getLast());
  }
}
