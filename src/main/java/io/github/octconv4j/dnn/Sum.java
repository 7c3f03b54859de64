package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.text.Checks;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Adds tensors of equal dimensions.
 *
 * @param sources at least one; must have layouts
 * @param dst may have the layout {@code any}
 * @since 0.1.0
 */
public record Sum(List<MemoryDesc> sources, MemoryDesc dst) implements Operation {
  /** Checks the shapes. */
  public Sum {
    sources = Checks.list("sources", sources);
    Objects.requireNonNull(dst, "dst");
    boolean fits = !sources.isEmpty();
    for (MemoryDesc src : sources) {
      fits &= Arrays.equals(src.dims(), dst.dims());
    }
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sources must be at least one and have the dimensions of dst, were %s and %s",
              sources,
              dst));
    }
  }

  @Override
  public String kind() {
    return "sum";
  }

  @Override
  public Map<Arg, MemoryDesc> descs() {
    return MultipleSources.descs(sources, dst);
  }

  /** Adds the lines that say what it is beside its kind and its arguments. */
  void export(ProgramFile file) {
    // its arguments say all
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation) {
    Arena arena = creation.arena();
    float[] ones = new float[sources.size()];
    Arrays.fill(ones, 1);
    return dnnl_h.dnnl_sum_primitive_desc_create(
        creation.out(),
        creation.engine(),
        creation.desc(dst),
        sources.size(),
        arena.allocateFrom(ValueLayout.JAVA_FLOAT, ones),
        creation.descs(sources),
        creation.attributes());
  }
}
