package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A value of each window of each channel: input (n, c, sizes...). The second output of a max pool
 * is the place of the largest element in the whole input.
 *
 * @param kind what is taken
 * @param window the windows
 * @param countsPadding whether the mean counts the elements of the padding
 * @param p the norm of {@link PoolKind#LP}; 0 for others
 * @param columnMajor whether places are counted along the first axis of the image first
 * @since 0.1.0
 */
public record Pool(PoolKind kind, Window window, boolean countsPadding, long p, boolean columnMajor)
    implements Op {
  /** Checks the parameters. */
  public Pool {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(window, "window");
    if (window.kernel().isEmpty()) {
      throw new IllegalArgumentException("kernel_shape is missing");
    }
    if (kind == PoolKind.LP ? p < 1 : p != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "p is %d, expected at least 1 for LpPool and 0 for others", p));
    }
  }

  /**
   * A pool.
   *
   * @param kind maximum or mean
   * @param window the windows
   * @return the operation
   */
  public static Pool of(PoolKind kind, Window window) {
    return new Pool(kind, window, false, 0, false);
  }

  @Override
  public String name() {
    return kind.pool;
  }

  @Override
  public Map<String, Object> attributes() {
    return switch (kind) {
      case MAX -> columnMajor ? window.attributes("storage_order", 1L) : window.attributes();
      case AVERAGE -> window.attributes("count_include_pad", countsPadding);
      case LP -> window.attributes("p", p);
    };
  }

  @Override
  public Arity arity() {
    return new Arity(1, 1, kind == PoolKind.MAX ? 2 : 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    if (kind == PoolKind.MAX) {
      return List.of(in.element(0), ElementType.I64);
    }
    return List.of(in.floating(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] spatial = Window.spatial(x);
    long[] dims = Window.shape(x[0], x[1], window.axes(spatial, Shapes.toArray(window.kernel())));
    return List.of(dims, dims);
  }
}
