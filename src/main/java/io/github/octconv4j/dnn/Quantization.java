package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.text.Checks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Which arguments of a primitive hold whole numbers that stand for others: {@code x = scale (q -
 * zero point)}. A primitive computes with the values {@code x} of its sources and weights, and
 * writes {@code q = x / scale + zero point}, rounded and cut off at the limits of the type. What
 * stands in a destination before a {@link PostOps.Sum} has the scale of that sum.
 *
 * <p>Only which there are is said here; the numbers are arguments of each run, {@link Arg#scales}
 * of {@link DataType#F32} and {@link Arg#zeroPoints} of {@link DataType#S32}, row by row. An
 * immutable value.
 *
 * @param scales arguments with scales
 * @param zeroPoints arguments with zero points
 * @param narrowWeights whether the caller promises that weights of bytes lie within -64 and 64:
 *     then sources of {@link DataType#U8} can be multiplied fast and exactly where the processor
 *     adds products of bytes in 16 bits, too
 * @since 0.1.0
 */
public record Quantization(
    Map<Arg, Granularity> scales, Map<Arg, Granularity> zeroPoints, boolean narrowWeights) {
  /** No scales, no zero points, weights of all bits. */
  public static final Quantization NONE = new Quantization(Map.of(), Map.of(), false);

  /** The largest weight of which two times 255 are added in 16 bits. */
  public static final int NARROW = 64;

  /** Copies the maps. */
  public Quantization {
    scales = copy(scales, "scales");
    zeroPoints = copy(zeroPoints, "zeroPoints");
  }

  private static Map<Arg, Granularity> copy(Map<Arg, Granularity> map, String name) {
    Checks.entries(name, map);
    List<Arg> order = new ArrayList<>();
    map.forEach(
        (arg, granularity) -> {
          if (arg.isPostOp() || arg.isQuantity() || arg.equals(Arg.SCRATCHPAD)) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "%s must be of sources, weights, bias or destination, one was of %s",
                    name,
                    arg));
          }
          order.add(arg);
        });
    order.sort(Comparator.comparingInt(Arg::code));
    Map<Arg, Granularity> copy = new LinkedHashMap<>();
    order.forEach(arg -> copy.put(arg, Objects.requireNonNull(map.get(arg))));
    return Collections.unmodifiableMap(copy);
  }

  /** Returns this with scales of one more argument. */
  public Quantization scale(Arg arg, Granularity granularity) {
    return new Quantization(with(scales, arg, granularity), zeroPoints, narrowWeights);
  }

  /** Returns this with one scale for one more argument. */
  public Quantization scale(Arg arg) {
    return scale(arg, Granularity.TENSOR);
  }

  /** Returns this with zero points of one more argument. */
  public Quantization zeroPoint(Arg arg, Granularity granularity) {
    return new Quantization(scales, with(zeroPoints, arg, granularity), narrowWeights);
  }

  /** Returns this with one zero point for one more argument. */
  public Quantization zeroPoint(Arg arg) {
    return zeroPoint(arg, Granularity.TENSOR);
  }

  /** Returns this with the promise that weights are narrow, or without it. */
  public Quantization narrowWeights(boolean narrow) {
    return new Quantization(scales, zeroPoints, narrow);
  }

  private static Map<Arg, Granularity> with(
      Map<Arg, Granularity> map, Arg arg, Granularity granularity) {
    Objects.requireNonNull(arg, "arg");
    Objects.requireNonNull(granularity, "granularity");
    Map<Arg, Granularity> more = new LinkedHashMap<>(map);
    more.put(arg, granularity);
    return more;
  }

  /** Returns whether there are neither scales nor zero points. */
  public boolean isEmpty() {
    return scales.isEmpty() && zeroPoints.isEmpty();
  }

  /**
   * The scales and zero points as arguments.
   *
   * @param described the other arguments, of which they are
   * @throws IllegalArgumentException if one is of an argument that is not there
   */
  Map<Arg, MemoryDesc> descs(Map<Arg, MemoryDesc> described) {
    Map<Arg, MemoryDesc> descs = new LinkedHashMap<>();
    scales.forEach(
        (arg, granularity) ->
            descs.put(Arg.scales(arg), row(DataType.F32, arg, granularity, described)));
    zeroPoints.forEach(
        (arg, granularity) ->
            descs.put(Arg.zeroPoints(arg), row(DataType.S32, arg, granularity, described)));
    return descs;
  }

  private static MemoryDesc row(
      DataType type, Arg arg, Granularity granularity, Map<Arg, MemoryDesc> described) {
    MemoryDesc desc = described.get(arg);
    if (desc == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "scales and zero points must be of %s, one was of %s",
              described.keySet(),
              arg));
    }
    return MemoryDesc.of(type, FormatTag.A, granularity.count(desc));
  }

  /** Tells oneDNN's attributes. */
  void addTo(MemorySegment attr, CallArena arena) {
    scales.forEach(
        (arg, granularity) ->
            Status.check(
                granularity.groups().isEmpty()
                    ? dnnl_h.dnnl_primitive_attr_set_scales_mask(
                        attr, arg.code(), granularity.mask())
                    : dnnl_h.dnnl_primitive_attr_set_scales(
                        attr,
                        arg.code(),
                        granularity.mask(),
                        granularity.groups().size(),
                        groups(granularity, arena),
                        DataType.F32.code()),
                "set scales of %s with %s",
                arg,
                granularity));
    zeroPoints.forEach(
        (arg, granularity) ->
            Status.check(
                granularity.groups().isEmpty()
                    ? dnnl_h.dnnl_primitive_attr_set_zero_points_mask(
                        attr, arg.code(), granularity.mask())
                    : dnnl_h.dnnl_primitive_attr_set_zero_points(
                        attr,
                        arg.code(),
                        granularity.mask(),
                        granularity.groups().size(),
                        groups(granularity, arena),
                        DataType.S32.code()),
                "set zero points of %s with %s",
                arg,
                granularity));
  }

  private static MemorySegment groups(Granularity granularity, CallArena arena) {
    return arena.allocateFrom(
        ValueLayout.JAVA_LONG, granularity.groups().stream().mapToLong(g -> g).toArray());
  }

  /** Adds the lines that say what there is. */
  void export(ProgramFile file) {
    scales.forEach((arg, granularity) -> line(file, "scales", arg, granularity));
    zeroPoints.forEach((arg, granularity) -> line(file, "zeropoints", arg, granularity));
  }

  private static void line(ProgramFile file, String word, Arg arg, Granularity granularity) {
    List<Object> numbers = new ArrayList<>(List.of(arg.code(), granularity.mask()));
    numbers.addAll(granularity.groups());
    file.line(word, numbers.toArray());
  }

  /**
   * Returns for instance {@code *scales_src:mask 0*zeros_src:mask 0}, empty where there are none.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    scales.forEach(
        (arg, granularity) ->
            text.append('*').append(Arg.scales(arg)).append(':').append(granularity));
    zeroPoints.forEach(
        (arg, granularity) ->
            text.append('*').append(Arg.zeroPoints(arg)).append(':').append(granularity));
    return text.append(narrowWeights ? "*narrow" : "").toString();
  }
}
