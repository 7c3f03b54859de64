package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Data with its description: an off-heap segment that begins with the first element. The segment
 * belongs to whoever allocated it and must stay alive as long as the tensor is used.
 *
 * <p>A blocked layout whose last block is not full, such as {@link FormatTag#NCHW16C} with 8
 * channels, has elements that no one reads by name but primitives may multiply with zeros: they
 * must be zeros, as {@link #allocate}, {@link #set} and every result leave them. Where they are NaN
 * or infinite, so may be results; no memory is harmed.
 *
 * @param desc shape, type and layout; not {@code any}
 * @param segment native memory of at least {@code desc.bytes()} bytes, aligned to the element type
 * @since 0.1.0
 */
public record Tensor(MemoryDesc desc, MemorySegment segment) {
  /**
   * oneDNN's kernels want cache lines. Other alignments work but are slower, and are refused where
   * the processor has no AVX2: instructions of SSE4.1 want 16 bytes.
   */
  public static final long ALIGNMENT = 64;

  /** Checks that the description fits the segment. */
  public Tensor {
    Objects.requireNonNull(desc, "desc");
    Objects.requireNonNull(segment, "segment");
    if (desc.isAny()) {
      throw new IllegalArgumentException("desc must have a layout, was " + desc);
    }
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "segment must be off-heap memory (Arena.allocate), was " + segment);
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(
          "segment was freed, its arena is closed; keep the arena open until the last use has ended");
    }
    if (segment.byteSize() < desc.bytes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "segment has %d bytes, %s needs %d",
              segment.byteSize(),
              desc,
              desc.bytes()));
    }
    if (segment.address() % desc.type().bytes() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "segment at address %#x is not aligned to %d bytes, the size of an element of %s",
              segment.address(),
              desc.type().bytes(),
              desc));
    }
    long first = segment.address() + desc.beginning();
    if (first % CpuIsa.leastAlignment() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "segment at address %#x has its first element at %#x, which is not aligned to %d bytes, as %s wants it",
              segment.address(),
              first,
              CpuIsa.leastAlignment(),
              CpuIsa.name()));
    }
  }

  /**
   * Returns a new tensor of zeros; the memory belongs to the arena.
   *
   * @throws DnnException with {@link Status#OUT_OF_MEMORY} if the system does not give the memory
   */
  public static Tensor allocate(MemoryDesc desc, Arena arena) {
    Objects.requireNonNull(desc, "desc");
    Objects.requireNonNull(arena, "arena");
    if (desc.isAny()) {
      throw new IllegalArgumentException("desc must have a layout, was " + desc);
    }
    return new Tensor(desc, NativeMemory.allocate(arena, Math.max(1, desc.bytes()), desc));
  }

  /**
   * Returns a new row-major F32 tensor, (n, c, h, w) for images, with a copy of the values.
   *
   * @param values as many as the product of {@code dims}
   */
  public static Tensor of(Arena arena, float[] values, long... dims) {
    Objects.requireNonNull(values, "values");
    Objects.requireNonNull(dims, "dims");
    MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.rowMajor(dims.length), dims);
    requireLength(values, desc); // before there is memory for it
    Tensor tensor = allocate(desc, arena);
    tensor.set(values);
    return tensor;
  }

  /**
   * Overwrites all elements.
   *
   * @param values in row-major order of the logical dimensions, whatever the layout; F32 only
   */
  public void set(float[] values) {
    requireFloats();
    requireLength(Objects.requireNonNull(values, "values"), desc);
    Usable.require(segment, desc);
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException("values can't be set: the segment is read-only, " + this);
    }
    try {
      write(values);
    } catch (IllegalStateException e) {
      Usable.require(segment, desc); // not any more
      throw e;
    }
  }

  private void write(float[] values) {
    if (isRowMajor()) {
      MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
      return;
    }
    long[] position = new long[desc.rank()];
    for (float value : values) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, desc.elementOffset(position), value);
      advance(position);
    }
  }

  /** Returns all elements in row-major order of the logical dimensions; F32 only. */
  public float[] floats() {
    requireFloats();
    Usable.require(segment, desc);
    if (desc.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "an array can't hold the %d elements of %s", desc.elements(), desc));
    }
    float[] values = new float[(int) desc.elements()];
    try {
      read(values);
    } catch (IllegalStateException e) {
      Usable.require(segment, desc); // not any more
      throw e;
    }
    return values;
  }

  private void read(float[] values) {
    if (isRowMajor()) {
      MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
      return;
    }
    long[] position = new long[desc.rank()];
    for (int i = 0; i < values.length; i++) {
      values[i] = segment.getAtIndex(ValueLayout.JAVA_FLOAT, desc.elementOffset(position));
      advance(position);
    }
  }

  /**
   * Returns where the first element lies that is NaN or infinite, in row-major order of the logical
   * dimensions, or nothing. Integers are always finite. It reads all elements: a check for inputs
   * from elsewhere, before a run.
   */
  public Optional<NonFinite> firstNonFinite() {
    Usable.require(segment, desc);
    try {
      return findNonFinite();
    } catch (IllegalStateException e) {
      Usable.require(segment, desc); // not any more
      throw e;
    }
  }

  private Optional<NonFinite> findNonFinite() {
    boolean rowMajor = isRowMajor();
    long[] position = new long[desc.rank()];
    for (long i = 0; i < desc.elements(); i++) {
      double value = value(rowMajor ? i : desc.elementOffset(position));
      if (!Double.isFinite(value)) {
        return Optional.of(NonFinite.at(value, position));
      }
      advance(position);
    }
    return Optional.empty();
  }

  /** The element at an offset from the first one, as far as that tells whether it is finite. */
  private double value(long offset) {
    return switch (desc.type()) {
      case F32 -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, offset);
      case F64 -> segment.getAtIndex(ValueLayout.JAVA_DOUBLE, offset);
      case F16 -> Float.float16ToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, offset));
      case BF16 ->
          Float.intBitsToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, offset) << Short.SIZE);
      case S32, S8, U8 -> 0;
    };
  }

  /**
   * Throws if an element is NaN or infinite.
   *
   * @param name of the tensor, for the message
   * @throws IllegalArgumentException that says which is the first
   */
  public void requireFinite(String name) {
    Objects.requireNonNull(name, "name");
    firstNonFinite()
        .ifPresent(
            found -> {
              throw new IllegalArgumentException(
                  String.format(Locale.ROOT, "%s must be finite, was %s of %s", name, found, desc));
            });
  }

  private void requireFloats() {
    if (desc.type() != DataType.F32) {
      throw new IllegalStateException("floats need an F32 tensor, this is " + desc);
    }
  }

  private static void requireLength(float[] values, MemoryDesc desc) {
    if (values.length != desc.elements()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "values has %d elements, %s needs %d",
              values.length,
              desc,
              desc.elements()));
    }
  }

  private boolean isRowMajor() {
    return desc.rank() <= 6 && desc.has(FormatTag.rowMajor(desc.rank()));
  }

  private void advance(long[] position) {
    for (int d = position.length - 1; d >= 0; d--) {
      if (++position[d] < desc.dim(d)) {
        return;
      }
      position[d] = 0;
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "Tensor[%s at %#x]", desc, segment.address());
  }

  /** Whether both describe the same memory in the same way. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tensor that && desc.equals(that.desc) && segment.equals(that.segment);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new long[] {desc.hashCode(), segment.address()});
  }
}
