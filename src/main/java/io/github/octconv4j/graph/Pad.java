package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * More elements before and behind each axis: inputs data, pads (at the beginning of each axis, then
 * at the end of each), an optional constant, and optional axes that the pads are for. Negative pads
 * crop.
 *
 * @param mode what stands in the padding
 * @since 0.1.0
 */
public record Pad(PadMode mode) implements Op {
  /** Checks the parameters. */
  public Pad {
    Objects.requireNonNull(mode, "mode");
  }

  @Override
  public String name() {
    return "Pad";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("mode", mode.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public Arity arity() {
    return new Arity(2, 4, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    return List.of(in.same(0, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    if (in.has(2) && !isNothing(in.dims(2))) {
      in.number(2);
    }
    long[] x = in.dims(0);
    long[] pads = pads(x.length, in.longs(1), in.has(3) ? in.longs(3) : null);
    long[] dims = new long[x.length];
    for (int i = 0; i < x.length; i++) {
      dims[i] = Shapes.plus(x[i], pads[i], pads[i + x.length]);
      if (dims[i] < 0 || (x[i] == 0 && dims[i] > 0 && mode != PadMode.CONSTANT)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "axis %d of size %d can't be padded by %d and %d",
                i,
                x[i],
                pads[i],
                pads[i + x.length]));
      }
    }
    return List.of(dims);
  }

  /** Exporters write no number as an empty list: where they pad by other values, or by zeros. */
  private static boolean isNothing(long[] dims) {
    return Shapes.count(dims) == 0;
  }

  /**
   * The number that is padded by.
   *
   * @param value of the third input, or null if that is left out
   * @return 0 where there is none
   */
  public static double number(@Nullable TensorData value) {
    return value == null || value.count() == 0 ? 0 : value.doubleAt(0);
  }

  /**
   * The pads of all axes.
   *
   * @param rank how many axes there are
   * @param pads those that are given
   * @param axes the axes that they are for; null for all
   * @return at the beginning of each axis, then at the end of each
   * @throws IllegalArgumentException if there are not two for each axis, or no such axis
   */
  public static long[] pads(int rank, long[] pads, long @Nullable [] axes) {
    Objects.requireNonNull(pads, "pads");
    int[] at =
        axes == null ? IntStream.range(0, Shapes.rank(rank)).toArray() : Shapes.axes(axes, rank);
    if (pads.length != 2 * at.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "pads are %s, expected %d", Arrays.toString(pads), 2 * at.length));
    }
    long[] all = new long[2 * rank];
    for (int i = 0; i < at.length; i++) {
      all[at[i]] = pads[i];
      all[at[i] + rank] = pads[i + at.length];
    }
    return all;
  }
}
