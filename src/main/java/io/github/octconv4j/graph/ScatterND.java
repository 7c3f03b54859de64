package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The first input with the third written, added or otherwise joined at places that the last axis of
 * the second names.
 *
 * @param reduction how an update joins what is there: empty to replace it, else one of ADD, MUL,
 *     MAX, MIN
 * @since 0.1.0
 */
public record ScatterND(Optional<BinaryFunction> reduction) implements Op {
  /** Checks the parameters. */
  public ScatterND {
    check(reduction);
  }

  /** Checks how updates join what is there. */
  static void check(Optional<BinaryFunction> reduction) {
    Objects.requireNonNull(reduction, "reduction");
    if (reduction.isPresent()) {
      switch (reduction.get()) {
        case ADD, MUL, MAX, MIN -> {}
        default ->
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "reduction is %s, expected ADD, MUL, MAX or MIN",
                    reduction.get()));
      }
    }
  }

  /** What ONNX calls a reduction. */
  static String text(BinaryFunction reduction) {
    return reduction.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String name() {
    return "ScatterND";
  }

  @Override
  public Map<String, Object> attributes() {
    return reduction.isEmpty() ? Map.of() : Attributes.of("reduction", text(reduction.get()));
  }

  @Override
  public Arity arity() {
    return new Arity(3, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.in(1, ElementType.I64);
    return List.of(in.same(0, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] indices = in.dims(1);
    int last = indices.length - 1;
    if (last < 0 || indices[last] > x.length) {
      throw new IllegalArgumentException("the indices name more axes than the data has");
    }
    int named = (int) indices[last];
    long[] updates = Arrays.copyOf(indices, last + x.length - named);
    System.arraycopy(x, named, updates, last, x.length - named);
    if (!Arrays.equals(updates, in.dims(2))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "updates are %s, expected %s",
              Arrays.toString(in.dims(2)),
              Arrays.toString(updates)));
    }
    return List.of(x);
  }
}
