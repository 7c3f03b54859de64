package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Lays tensors side by side along one dimension.
 *
 * @param axis the dimension, counted from 0
 * @param sources at least one; must have layouts; equal dimensions but along the axis
 * @param dst may have the layout {@code any}
 * @since 0.1.0
 */
public record Concat(int axis, List<MemoryDesc> sources, MemoryDesc dst) implements Operation {
  /** Checks the shapes. */
  public Concat {
    sources = Checks.list("sources", sources);
    Objects.requireNonNull(dst, "dst");
    if (axis < 0 || axis >= dst.rank() || sources.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "axis must be 0 to %d and sources at least one, were %d and %s",
              dst.rank() - 1,
              axis,
              sources));
    }
    long along = 0;
    boolean fits = true;
    for (MemoryDesc src : sources) {
      fits &= src.rank() == dst.rank();
      for (int d = 0; fits && d < dst.rank(); d++) {
        fits = d == axis || src.dim(d) == dst.dim(d);
      }
      along += fits ? src.dim(axis) : 0;
    }
    if (!fits || along != dst.dim(axis)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "sources %s do not fill dst %s along dimension %d", sources, dst, axis));
    }
  }

  @Override
  public String kind() {
    return "concat";
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return MultipleSources.descs(sources, dst);
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    file.line("axis", axis);
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    return dnnl_h.dnnl_concat_primitive_desc_create(
        creation.out(),
        creation.engine(),
        creation.desc(dst),
        sources.size(),
        axis,
        creation.descs(sources),
        creation.attributes());
  }
}
