package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** What the conformance run needs of this package and users don't. */
public final class Internals {
  private Internals() {}

  /**
   * Describes a primitive by an implementation of oneDNN's, proven or not; one that is known to be
   * wrong for other reasons than memory is none.
   *
   * @param skip how many of those that oneDNN has are passed over
   * @throws DnnException with {@link Status#UNIMPLEMENTED} where there are no more
   */
  public static PrimitiveDesc describe(
      Engine engine, Operation operation, Attributes attributes, int skip) {
    int[] left = {skip};
    return PrimitiveDesc.of(
        engine,
        operation,
        attributes,
        (name, o, a, descs) ->
            KnownDefects.contain(name, o, a) || left[0]-- > 0 ? "skipped" : null);
  }

  /** Returns why an implementation that was described would not be taken, or null. */
  public static String objection(PrimitiveDesc desc) {
    return Proven.objection(
        desc.implementation(), desc.operation(), desc.attributes(), desc.descs());
  }

  /** Returns the form of each argument but the scratchpad, by its name. */
  public static Map<String, String> forms(PrimitiveDesc desc) {
    Map<String, String> forms = new TreeMap<>();
    desc.descs()
        .forEach(
            (arg, memory) -> {
              if (!arg.equals(Arg.SCRATCHPAD)) {
                forms.put(arg.toString(), MemoryForm.of(memory).name());
              }
            });
    return forms;
  }

  /** Returns the form of a tensor. */
  public static String form(MemoryDesc desc) {
    return MemoryForm.of(desc).name();
  }

  /** Returns whether there is more in the memory than elements and padding, or nobody knows. */
  public static boolean hasExtras(MemoryDesc desc) {
    Blocking blocking = desc.blocking();
    return blocking == null
        || (blocking.isDense() && desc.bytes() > blocking.end() * desc.type().bytes());
  }

  /** Visits the offsets of the elements that only fill up blocks of this tensor. */
  public static void eachPadding(MemoryDesc desc, LongConsumer visitor) {
    Blocking blocking = desc.blocking();
    long[] dims = desc.dims();
    if (blocking == null || !blocking.isPadded(dims)) {
      return;
    }
    long[] padded = blocking.paddedDims();
    long count = Arrays.stream(padded).reduce(1, Math::multiplyExact);
    long[] position = new long[dims.length];
    for (long i = 0; i < count; i++) {
      boolean element = true;
      for (int d = 0; d < dims.length; d++) {
        element &= position[d] < dims[d];
      }
      if (!element) {
        visitor.accept(blocking.offset(position));
      }
      for (int d = dims.length - 1; d >= 0 && ++position[d] == padded[d]; d--) {
        position[d] = 0;
      }
    }
  }
}
