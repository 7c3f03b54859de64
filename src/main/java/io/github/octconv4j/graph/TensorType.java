package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a tensor before it is computed.
 *
 * @param element the type of its elements
 * @param dims its dimensions, outermost first, empty for a scalar; null where not even their number
 *     is known
 * @since 0.1.0
 */
public record TensorType(ElementType element, @Nullable List<Dim> dims) {
  static final int MOST_DIMENSIONS = 64;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if there are more than 64 dimensions
   */
  public TensorType {
    Objects.requireNonNull(element, "element");
    if (dims != null) {
      dims = Checks.list("dims", dims);
      if (dims.size() > MOST_DIMENSIONS) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "dims has %d entries, expected at most %d",
                dims.size(),
                MOST_DIMENSIONS));
      }
    }
  }

  /**
   * A type of known dimensions.
   *
   * @param element the type of its elements
   * @param dims its dimensions, outermost first
   * @return the type
   */
  public static TensorType of(ElementType element, long... dims) {
    List<Dim> list = new ArrayList<>(dims.length);
    for (long dim : dims) {
      list.add(Dim.of(dim));
    }
    return new TensorType(element, list);
  }

  /**
   * A type of which only the elements' type is known.
   *
   * @param element the type of its elements
   * @return the type
   */
  public static TensorType unknown(ElementType element) {
    return new TensorType(element, null);
  }

  /**
   * Whether all dimensions are known.
   *
   * @return true if {@link #sizes} gives them
   */
  public boolean isKnown() {
    return dims != null && dims.stream().allMatch(Dim::isKnown);
  }

  /**
   * The dimensions as numbers.
   *
   * @return a new array
   * @throws IllegalStateException if one of them is not known
   */
  public long[] sizes() {
    List<Dim> known = dims;
    if (known == null || !isKnown()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s has dimensions that are not known, bind the graph's inputs to sizes first",
              this));
    }
    return known.stream().mapToLong(Dim::size).toArray();
  }

  /** For instance {@code F32[batch, 3, 224, 224]}, or {@code F32[...]}. */
  @Override
  public String toString() {
    return element + (dims == null ? "[...]" : dims.toString());
  }
}
