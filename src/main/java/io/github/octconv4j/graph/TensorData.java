package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a tensor with their type and dimensions, row by row, in the machine's byte order.
 *
 * <p>Immutable as long as nobody writes to memory that was handed over; thread-safe. Elements that
 * come from a file may be {@linkplain #lazy read when they are asked for}, and are given back when
 * nobody uses them any more.
 *
 * @since 0.1.0
 */
public final class TensorData {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final int SHOWN = 8;

  private final ElementType element;
  private final long[] dims;
  private final long count;
  private final @Nullable MemorySegment elements; // null: the source or the reader has them
  private final @Nullable Supplier<MemorySegment> source;
  private final @Nullable Reader reader;
  private volatile @Nullable WeakReference<MemorySegment> read; // null: not yet

  private TensorData(
      ElementType element,
      long[] dims,
      @Nullable MemorySegment elements,
      @Nullable Supplier<MemorySegment> source,
      @Nullable Reader reader) {
    this.element = Objects.requireNonNull(element, "element");
    this.dims = Objects.requireNonNull(dims, "dims").clone();
    this.count = Shapes.count(dims);
    this.elements = elements;
    this.source = source;
    this.reader = reader;
    long bytes = element.bytes(count);
    if (elements != null && elements.byteSize() != bytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "elements has %d bytes, expected %d for %s%s",
              elements.byteSize(),
              bytes,
              element,
              Arrays.toString(dims)));
    }
  }

  /** Gives elements from where they are stored, for instance a file. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads some of the elements, row by row, in the machine's byte order.
     *
     * @param offset how many bytes stand before them
     * @param target what is filled with them
     */
    void read(long offset, MemorySegment target);
  }

  /**
   * A tensor of memory, which is not copied and must not be written to any more.
   *
   * @param element the type of its elements
   * @param elements the elements, of any alignment
   * @param dims the dimensions
   * @return the tensor
   * @throws IllegalArgumentException if there are fewer or more bytes than type and dimensions say
   */
  public static TensorData of(ElementType element, MemorySegment elements, long... dims) {
    return new TensorData(element, dims, elements.asReadOnly(), null, null);
  }

  /**
   * A tensor whose elements are made or read when they are asked for, and again where nobody kept
   * them meanwhile.
   *
   * @param element the type of its elements
   * @param source gives the elements, always the same ones
   * @param dims the dimensions
   * @return the tensor
   */
  public static TensorData lazy(ElementType element, Supplier<MemorySegment> source, long... dims) {
    return new TensorData(element, dims, null, Objects.requireNonNull(source, "source"), null);
  }

  /**
   * A tensor whose elements stay where they are until they are asked for. {@link #copyTo} reads
   * them right into their place; who asks for their {@link #segment} gets them in an automatic
   * arena, which may hold as much as Java's heap where {@code -XX:MaxDirectMemorySize} says nothing
   * else.
   *
   * @param element the type of its elements
   * @param reader gives the elements, always the same ones
   * @param dims the dimensions
   * @return the tensor
   */
  public static TensorData stored(ElementType element, Reader reader, long... dims) {
    return new TensorData(element, dims, null, null, Objects.requireNonNull(reader, "reader"));
  }

  /**
   * A tensor of {@link ElementType#F32}.
   *
   * @param values the elements, which are copied
   * @param dims the dimensions
   * @return the tensor
   */
  public static TensorData of(float[] values, long... dims) {
    return of(ElementType.F32, MemorySegment.ofArray(values.clone()), dims);
  }

  /**
   * A tensor of {@link ElementType#I64}.
   *
   * @param values the elements, which are copied
   * @param dims the dimensions
   * @return the tensor
   */
  public static TensorData of(long[] values, long... dims) {
    return of(ElementType.I64, MemorySegment.ofArray(values.clone()), dims);
  }

  /**
   * A list of {@link ElementType#I64}, as shapes and axes are given.
   *
   * @param values the elements
   * @return a tensor of one dimension
   */
  public static TensorData ofLongs(long... values) {
    return of(values, values.length);
  }

  /**
   * The type of the elements.
   *
   * @return the type
   */
  public ElementType element() {
    return element;
  }

  /**
   * The dimensions, outermost first.
   *
   * @return a new array, empty for a scalar
   */
  public long[] dims() {
    return dims.clone();
  }

  /**
   * The product of the dimensions.
   *
   * @return the number of elements, 1 for a scalar
   */
  public long count() {
    return count;
  }

  /**
   * Type and dimensions.
   *
   * @return the type
   */
  public TensorType type() {
    return TensorType.of(element, dims);
  }

  /**
   * The same elements with other dimensions.
   *
   * @param others dimensions of the same product
   * @return a tensor that shares the elements
   * @throws IllegalArgumentException if the product differs
   */
  public TensorData reshape(long... others) {
    if (Shapes.count(Objects.requireNonNull(others, "others")) != count) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d elements, dimensions %s make %d",
              type(),
              count,
              Arrays.toString(others),
              Shapes.count(others)));
    }
    return new TensorData(element, others, elements, source == null ? null : this::segment, reader);
  }

  /**
   * The elements, {@code element().bytes(count())} bytes.
   *
   * @return read-only memory; that of a file lives as long as somebody holds it
   */
  public MemorySegment segment() {
    MemorySegment kept = inMemory();
    if (kept == null) {
      MemorySegment given = source == null ? readAll() : source.get();
      kept = Objects.requireNonNull(given, "the source gave null").asReadOnly();
      if (kept.byteSize() != element.bytes(count)) {
        throw new IllegalStateException(
            String.format(Locale.ROOT, "the source of %s gave %d bytes", type(), kept.byteSize()));
      }
      read = new WeakReference<>(kept);
    }
    return kept;
  }

  private MemorySegment readAll() {
    MemorySegment all = Arena.ofAuto().allocate(element.bytes(count), 64);
    Objects.requireNonNull(reader).read(0, all);
    return all;
  }

  /** The elements if they need not be read or made. */
  private @Nullable MemorySegment inMemory() {
    WeakReference<MemorySegment> before = read;
    return elements != null ? elements : before == null ? null : before.get();
  }

  /**
   * Copies elements; those of a file are read without a stop between.
   *
   * @param offset how many bytes stand before the first one
   * @param target as many bytes as are wanted
   * @throws IndexOutOfBoundsException if there are not so many behind {@code offset}
   */
  public void copyTo(long offset, MemorySegment target) {
    long bytes = element.bytes(count);
    if (offset < 0 || target.byteSize() > bytes - offset) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "offset %d and %d bytes of target are not within the %d bytes of %s",
              offset,
              target.byteSize(),
              bytes,
              type()));
    }
    MemorySegment from = inMemory();
    if (from == null && reader != null) {
      reader.read(offset, target);
    } else {
      MemorySegment.copy(segment(), offset, target, 0, target.byteSize());
    }
  }

  /**
   * An element as a double; the nearest one for wide integers, 0 or 1 for booleans.
   *
   * @param index its position, row by row
   * @return its value
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public double doubleAt(long index) {
    requireIndex(index);
    return doubleAt(segment(), index);
  }

  private double doubleAt(MemorySegment s, long i) {
    return switch (element) {
      case F32 -> s.get(F32, 4 * i);
      case F64 -> s.get(F64, 8 * i);
      case F16 -> Float.float16ToFloat(s.get(I16, 2 * i));
      case BF16 -> Float.intBitsToFloat(s.get(I16, 2 * i) << 16);
      case U64 -> unsigned(s.get(I64, 8 * i));
      default -> longAt(s, i);
    };
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : 2.0 * ((bits >>> 1) | (bits & 1));
  }

  /**
   * An element as a long: floats are truncated, {@link ElementType#U64} gives its bits, booleans 0
   * or 1.
   *
   * @param index its position, row by row
   * @return its value
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public long longAt(long index) {
    requireIndex(index);
    return longAt(segment(), index);
  }

  private long longAt(MemorySegment s, long i) {
    return switch (element) {
      case I64, U64 -> s.get(I64, 8 * i);
      case I32 -> s.get(I32, 4 * i);
      case U32 -> Integer.toUnsignedLong(s.get(I32, 4 * i));
      case I16 -> s.get(I16, 2 * i);
      case U16 -> Short.toUnsignedLong(s.get(I16, 2 * i));
      case I8 -> s.get(I8, i);
      case U8 -> Byte.toUnsignedLong(s.get(I8, i));
      case BOOL -> s.get(I8, i) == 0 ? 0 : 1;
      case F32, F64, F16, BF16 -> (long) doubleAt(s, i);
      case C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 ->
          throw noNumbers();
    };
  }

  private void requireIndex(long index) {
    if (index < 0 || index >= count()) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "index must be 0 to %d, was %d", count() - 1, index));
    }
  }

  private IllegalArgumentException noNumbers() {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "%s can't be read as numbers, convert them first", type()));
  }

  /**
   * The elements as floats, the nearest ones.
   *
   * @return a new array
   */
  public float[] toFloats() {
    if (reader == null || inMemory() != null) {
      return floats(segment());
    }
    // Given back at once: the collector, which would do so, knows nothing of memory off its heap.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment all = arena.allocate(element.bytes(count), 64);
      reader.read(0, all);
      return floats(all);
    }
  }

  private float[] floats(MemorySegment s) {
    if (element == ElementType.F32) {
      return s.toArray(F32);
    }
    float[] values = new float[length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubleAt(s, i);
    }
    return values;
  }

  /**
   * The elements as doubles.
   *
   * @return a new array
   */
  public double[] toDoubles() {
    MemorySegment s = segment();
    if (element == ElementType.F64) {
      return s.toArray(F64);
    }
    double[] values = new double[length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = doubleAt(s, i);
    }
    return values;
  }

  /**
   * The elements as longs, as {@link #longAt} gives them.
   *
   * @return a new array
   */
  public long[] toLongs() {
    MemorySegment s = segment();
    long[] values = new long[length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = longAt(s, i);
    }
    return values;
  }

  private int length() {
    if (count > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d elements, more than an array holds: use segment()",
              type(),
              count));
    }
    return (int) count;
  }

  /** Type, dimensions and the first elements, for instance {@code I64[2] {8, -1}}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(type().toString()).append(" {");
    for (int i = 0; i < Math.min(count, SHOWN); i++) {
      text.append(i == 0 ? "" : ", ");
      switch (element) {
        case C64, F8_E4M3, F8_E5M2, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4 ->
            text.append('?');
        case F32, F64, F16, BF16 -> text.append(doubleAt(i));
        default -> text.append(longAt(i));
      }
    }
    return text.append(count > SHOWN ? ", ...}" : "}").toString();
  }
}
