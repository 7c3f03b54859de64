package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where a result is wrong first, in row-major order.
 *
 * @param position of the element
 * @param expected what it should be
 * @param found what it is
 * @param count how many elements are wrong
 * @param elements of how many
 */
@SuppressWarnings("ArrayRecordComponent") // only printed, compared by no one
record Difference(long[] position, float expected, float found, long count, long elements) {

  /**
   * Compares two row-major F32 tensors of the same dimensions.
   *
   * @param type in which the result was stored; expected values are rounded to it
   */
  static Optional<Difference> find(
      Tensor expected, Tensor found, DataType type, Tolerance tolerance) {
    MemorySegment e = expected.segment();
    MemorySegment f = found.segment();
    long elements = expected.desc().elements();
    long first = -1;
    long count = 0;
    for (long i = 0; i < elements; i++) {
      float rounded = Precision.round(type, e.getAtIndex(ValueLayout.JAVA_FLOAT, i));
      if (!tolerance.accepts(rounded, f.getAtIndex(ValueLayout.JAVA_FLOAT, i))) {
        first = count == 0 ? i : first;
        count++;
      }
    }
    if (count == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Difference(
            Plain.position(first, expected.desc().dims()),
            Precision.round(type, e.getAtIndex(ValueLayout.JAVA_FLOAT, first)),
            f.getAtIndex(ValueLayout.JAVA_FLOAT, first),
            count,
            elements));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "at (%s) expected %s, found %s; %d of %d elements are wrong",
        Arrays.stream(position).mapToObj(Long::toString).collect(Collectors.joining(", ")),
        expected,
        found,
        count,
        elements);
  }
}
