package io.github.octconv4j.nn;

import io.github.octconv4j.nn.Parameter.Slice;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.WeightStore;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** The tensors of a file, or parts of them. */
final class FileParameters implements Parameters {
  private final SafetensorsFile file;
  private final Function<Parameter, Slice> part;

  private FileParameters(SafetensorsFile file, Function<Parameter, Slice> part) {
    this.file = file;
    this.part = part;
  }

  /** Whole tensors of the parameters' names. */
  static Parameters whole(SafetensorsFile file) {
    return new FileParameters(file, p -> new Slice(p.name(), p.shape(), 0, 0));
  }

  /** The parts of dense tensors that the parameters say. */
  static Parameters sliced(SafetensorsFile file) {
    return new FileParameters(file, p -> slice(file, p));
  }

  @Override
  public float[] values(Parameter p) {
    Objects.requireNonNull(p, "parameter");
    Slice slice = part.apply(p);
    float[] dense = values(slice.name(), Parameter.count(slice.shape()));
    if (slice.shape().equals(p.shape())) {
      return dense;
    }
    int rows = Math.toIntExact(p.shape().getFirst());
    int length = Math.toIntExact(p.count()) / rows;
    int denseLength = dense.length / Math.toIntExact(slice.shape().getFirst());
    // What one step along the second dimension is long.
    int step = p.shape().size() < 2 ? 1 : length / Math.toIntExact(p.shape().get(1));
    int start = Math.toIntExact(slice.firstColumn()) * step;
    float[] values = new float[rows * length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          dense,
          (Math.toIntExact(slice.firstRow()) + row) * denseLength + start,
          values,
          row * length,
          length);
    }
    return values;
  }

  private float[] values(String name, long count) {
    float[] values = file.tensor(name).toFloats();
    if (values.length != count) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: tensor %s must have %d values, had %d",
              Printable.path(file.path()),
              Printable.text(name),
              count,
              values.length));
    }
    return values;
  }

  private static Slice slice(SafetensorsFile file, Parameter p) {
    return p.slice()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "%s: %s has groups, and no part of a dense tensor is the same",
                        Printable.path(file.path()),
                        Printable.text(p.name()))));
  }

  @Override
  public void check(List<Parameter> parameters) {
    Checks.elements("parameters", parameters);
    WeightStore store = WeightStore.of(file);
    for (Parameter p : parameters) {
      Slice slice = part.apply(p);
      store.require(slice.name(), Parameter.unboxed(slice.shape()));
    }
    store.verifyComplete(FileParameters::isIgnorable);
  }

  /** What files of trained networks and of test data hold beside weights. */
  private static boolean isIgnorable(String name) {
    return name.endsWith("num_batches_tracked")
        || name.startsWith("act.")
        || name.equals("input")
        || name.equals("output");
  }
}
