package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What stands at places that the last axis of the indices names: inputs data and indices.
 *
 * @param batchDims axes at the beginning that both have in common
 * @since 0.1.0
 */
public record GatherND(long batchDims) implements Op {
  @Override
  public String name() {
    return "GatherND";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("batch_dims", batchDims);
  }

  @Override
  public Arity arity() {
    return Arity.BINARY;
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(1, ElementType.I64);
    return List.of(in.element(0));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] indices = in.dims(1);
    int last = indices.length - 1;
    boolean fits = last >= 0 && batchDims >= 0 && batchDims <= last && batchDims <= x.length;
    if (!fits || indices[last] + batchDims > x.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the indices name more axes than the data has behind %d", batchDims));
    }
    for (int i = 0; i < batchDims; i++) {
      if (x[i] != indices[i]) {
        throw new IllegalArgumentException(String.format(Locale.ROOT, "axis %d differs", i));
      }
    }
    int rest = (int) (indices[last] + batchDims);
    long[] dims = new long[last + x.length - rest];
    System.arraycopy(indices, 0, dims, 0, last);
    System.arraycopy(x, rest, dims, last, x.length - rest);
    return List.of(dims);
  }
}
