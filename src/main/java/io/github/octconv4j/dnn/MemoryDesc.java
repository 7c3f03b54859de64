package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Describes a tensor in memory: dimensions, element type, layout. An immutable value that needs no
 * closing; oneDNN's own descriptor is made from it for the length of a call.
 *
 * <p>Dimensions are logical, (n, c, h, w), whatever the order in memory. The stride of a dimension
 * of size 1 means nothing and is not kept. Thread-safe.
 *
 * @since 0.1.0
 */
public final class MemoryDesc {
  /** oneDNN's limit of dimensions. */
  public static final int MAX_RANK = 12;

  private final byte[] blob;
  private final DataType type;
  private final long[] dims;
  private final long bytes;
  private final @Nullable Blocking blocking; // null where the layout is not known: any, or opaque
  private final boolean any;
  private final long beginning; // in elements; oneDNN's descriptor begins with the first element

  /**
   * Reads one of oneDNN's descriptors.
   *
   * @param before elements of the same memory that lie before those that it tells of
   */
  private MemoryDesc(MemorySegment desc, long before) {
    try (CallArena arena = new CallArena()) {
      DescQuery query = new DescQuery(desc, arena);
      this.type = query.type();
      this.dims = query.dims();
      this.any = query.isAny();
      Blocking found = query.blocking();
      long offset = found == null ? 0 : found.offset(new long[dims.length]);
      this.blob = PartOffset.without(query.blob(), offset);
      this.beginning = before + offset;
      this.blocking = found == null ? null : found.at(beginning);
      long size = any ? 0 : dnnl_h.dnnl_memory_desc_get_size(desc);
      // The size that oneDNN tells of a part counts the gap behind it, which may be someone else's.
      long least = blocking == null ? 0 : blocking.end() * type.bytes();
      this.bytes = beginning > 0 ? least : Math.max(size, least);
    }
  }

  /**
   * Returns a descriptor with a named layout.
   *
   * @param dims logical dimensions, each at least 1, as many as the layout's rank
   */
  public static MemoryDesc of(DataType type, FormatTag tag, long... dims) {
    Objects.requireNonNull(tag, "tag");
    checkDims(type, dims);
    if (tag != FormatTag.ANY && tag.rank() != dims.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "layout %s has %d dimensions, dims %s has %d",
              tag,
              tag.rank(),
              Arrays.toString(dims),
              dims.length));
    }
    return created(
        0,
        arena ->
            out ->
                dnnl_h.dnnl_memory_desc_create_with_tag(
                    out, dims.length, NativeMemory.longs(arena, dims), type.code(), tag.code()),
        "describe %s %s %s",
        type,
        tag,
        Arrays.toString(dims));
  }

  /**
   * Returns a descriptor whose layout is given by strides.
   *
   * @param strides distance in elements between neighbours in each dimension, at least 1; that of a
   *     dimension of size 1 means nothing and may be replaced
   */
  public static MemoryDesc strided(DataType type, long[] dims, long[] strides) {
    Objects.requireNonNull(strides, "strides");
    checkDims(type, dims);
    if (strides.length != dims.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "strides %s must have as many entries as dims %s",
              Arrays.toString(strides),
              Arrays.toString(dims)));
    }
    long last = 0;
    for (int d = 0; d < dims.length; d++) {
      if (strides[d] < 1) {
        throw new IllegalArgumentException(
            "strides must be at least 1, were " + Arrays.toString(strides));
      }
      last = addExact(last, multiplyExact(dims[d] - 1, strides[d], dims), dims);
    }
    multiplyExact(last + 1, type.bytes(), dims);
    return exactly(type, dims, strides, 0).usual();
  }

  private static MemoryDesc exactly(DataType type, long[] dims, long[] strides, long beginning) {
    return created(
        beginning,
        arena ->
            out ->
                dnnl_h.dnnl_memory_desc_create_with_strides(
                    out,
                    dims.length,
                    NativeMemory.longs(arena, dims),
                    type.code(),
                    NativeMemory.longs(arena, strides)),
        "describe %s %s with strides %s",
        type,
        Arrays.toString(dims),
        Arrays.toString(strides));
  }

  /**
   * The same layout with the strides that oneDNN's kernels expect for dimensions of size 1, which
   * some of them read although they mean nothing: those of a common layout where it is one.
   */
  private MemoryDesc usual() {
    if (blocking == null || Arrays.stream(dims).noneMatch(dim -> dim == 1)) {
      return this;
    }
    long[] strides = blocking.strides();
    boolean channelsLast =
        dims.length >= 3 && strides[1] == 1 && strides[dims.length - 1] >= dims[1];
    MemoryDesc found = null;
    for (FormatTag tag : FormatTag.values()) {
      MemoryDesc common = tag.rank() == dims.length ? of(type, tag, dims).at(beginning) : null;
      if (common != null && common.equals(this)) {
        if (common.blocking != null && Arrays.equals(common.blocking.strides(), strides)) {
          return this;
        }
        boolean preferred = channelsLast && tag == FormatTag.channelsLast(dims.length);
        found = found == null || preferred ? common : found;
      }
    }
    return found != null || blocking.isBlocked()
        ? Objects.requireNonNullElse(found, this)
        : exactly(type, dims, SingleDimensions.usual(dims, strides), beginning);
  }

  /** The same layout in memory where so many elements come before it. */
  private MemoryDesc at(long elements) {
    if (beginning == elements) {
      return this;
    }
    try (CallArena arena = new CallArena()) {
      return new MemoryDesc(in(arena), elements);
    }
  }

  /** What oneDNN is told: the same layout in memory that begins with the first element. */
  MemoryDesc atBeginning() {
    return at(0);
  }

  /** Copies a descriptor that oneDNN owns. */
  static MemoryDesc copyOf(MemorySegment desc) {
    return new MemoryDesc(desc, 0);
  }

  /** Whether a descriptor that oneDNN owns describes nothing. */
  static boolean isEmpty(MemorySegment desc) {
    try (CallArena arena = new CallArena()) {
      return new DescQuery(desc, arena).rank() == 0;
    }
  }

  /** Returns the same dimensions and type in a layout that oneDNN is to choose. */
  public MemoryDesc any() {
    return any ? this : of(type, FormatTag.ANY, dims);
  }

  /**
   * Returns a descriptor of a part of this tensor, in the same memory.
   *
   * @param partDims dimensions of the part
   * @param offsets where the part begins in each dimension
   */
  public MemoryDesc submemory(long[] partDims, long[] offsets) {
    Objects.requireNonNull(partDims, "partDims");
    Objects.requireNonNull(offsets, "offsets");
    checkDims(type, partDims);
    if (partDims.length != dims.length || offsets.length != dims.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "submemory of %s needs %d dims and offsets, had %s and %s",
              this,
              dims.length,
              Arrays.toString(partDims),
              Arrays.toString(offsets)));
    }
    for (int d = 0; d < dims.length; d++) {
      if (offsets[d] < 0 || offsets[d] > dims[d] - partDims[d]) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "submemory %s at %s does not lie inside %s",
                Arrays.toString(partDims),
                Arrays.toString(offsets),
                this));
      }
    }
    return created(
            beginning,
            arena ->
                out ->
                    dnnl_h.dnnl_memory_desc_create_submemory(
                        out,
                        in(arena),
                        NativeMemory.longs(arena, partDims),
                        NativeMemory.longs(arena, offsets)),
            "describe the part %s at %s of %s",
            Arrays.toString(partDims),
            Arrays.toString(offsets),
            this)
        .usual();
  }

  /**
   * Returns a descriptor of the same memory with other dimensions, for instance with a leading
   * group dimension.
   */
  public MemoryDesc reshape(long... newDims) {
    Objects.requireNonNull(newDims, "newDims");
    checkDims(type, newDims);
    return created(
        beginning,
        arena -> out -> reshape(out, arena, newDims),
        "reshape %s to %s",
        this,
        Arrays.toString(newDims));
  }

  private int reshape(MemorySegment out, CallArena arena, long[] newDims) {
    MemorySegment own = in(arena);
    int code =
        dnnl_h.dnnl_memory_desc_reshape(
            out, own, newDims.length, NativeMemory.longs(arena, newDims));
    if (code != Status.SUCCESS.code()) {
      return code;
    }
    MemorySegment made = out.get(ValueLayout.ADDRESS, 0);
    long[] from = new DescQuery(own, arena).blockedDims();
    long[] to = new DescQuery(made, arena).blockedDims();
    for (int i = 0; i < from.length; i++) {
      // oneDNN drops a dimension of size 1 although it has blocks, and leaves them to another one.
      boolean single = dims[(int) from[i]] == 1;
      if (single && (to[i] >= newDims.length || newDims[(int) to[i]] != 1)) {
        dnnl_h.dnnl_memory_desc_destroy(made);
        return Status.INVALID_ARGUMENTS.code();
      }
    }
    return code;
  }

  /** Returns the element type. */
  public DataType type() {
    return type;
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dims.length;
  }

  /** Returns the logical dimensions, a copy. */
  public long[] dims() {
    return dims.clone();
  }

  /** Returns one logical dimension, counted from 0. */
  public long dim(int index) {
    if (index < 0 || index >= dims.length) {
      throw new IndexOutOfBoundsException(
          String.format(Locale.ROOT, "index must be 0 to %d, was %d", dims.length - 1, index));
    }
    return dims[index];
  }

  /** Returns the number of elements without padding. */
  public long elements() {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  /**
   * Returns the bytes from the start of the memory to the end of the tensor, padding included; 0
   * for {@link FormatTag#ANY}.
   */
  public long bytes() {
    return bytes;
  }

  /** Returns whether the layout is left to oneDNN. */
  public boolean isAny() {
    return any;
  }

  /**
   * Returns whether each dimension has one stride, so that any part of the tensor is a {@link
   * #submemory}: there are no blocks, and the layout is neither left to oneDNN nor its secret.
   */
  public boolean isPlain() {
    return blocking != null && !blocking.isBlocked();
  }

  /** Returns whether this has the named layout, densely packed. */
  public boolean has(FormatTag tag) {
    return tag.rank() == dims.length && equals(of(type, tag, dims));
  }

  /**
   * Returns where an element lies, counted in elements from the start of the memory.
   *
   * @param position one index for each dimension
   * @throws IllegalStateException if the layout is left to oneDNN or is its secret
   */
  public long elementOffset(long... position) {
    Objects.requireNonNull(position, "position");
    if (blocking == null) {
      throw new IllegalStateException("the layout of " + this + " has no element offsets");
    }
    boolean inside = position.length == dims.length;
    for (int d = 0; inside && d < dims.length; d++) {
      inside = position[d] >= 0 && position[d] < dims[d];
    }
    if (!inside) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "position %s does not lie inside %s", Arrays.toString(position), this));
    }
    return blocking.offset(position);
  }

  /** The bytes between the beginning of the memory and the first element that is described. */
  long beginning() {
    return beginning * type.bytes();
  }

  /** How the elements lie; null where oneDNN chooses or keeps it secret. */
  @Nullable Blocking blocking() {
    return blocking;
  }

  /** Returns the bytes from which oneDNN's descriptor is made again, as {@link #in} does. */
  byte[] blob() {
    return blob.clone();
  }

  /**
   * Makes oneDNN's descriptor, which lives as long as the arena. It tells of memory that begins
   * with the first element, see {@link PartOffset}.
   */
  MemorySegment in(CallArena arena) {
    NativeLibrary.load();
    MemorySegment bytesOfDesc = arena.allocate(blob.length, 16);
    MemorySegment.copy(blob, 0, bytesOfDesc, ValueLayout.JAVA_BYTE, 0, blob.length);
    return arena.create(
        dnnl_h::dnnl_memory_desc_destroy,
        out -> dnnl_h.dnnl_memory_desc_create_with_blob(out, bytesOfDesc),
        "make a memory descriptor");
  }

  /** Whether dimensions, type and layout are the same, as oneDNN compares them. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    if (!(other instanceof MemoryDesc that)
        || type != that.type
        || bytes != that.bytes
        || beginning != that.beginning
        || !Arrays.equals(dims, that.dims)) {
      return false;
    }
    if (Arrays.equals(blob, that.blob)) {
      return true;
    }
    try (CallArena arena = new CallArena()) {
      return dnnl_h.dnnl_memory_desc_equal(in(arena), that.in(arena)) != 0;
    }
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(dims) + type.hashCode();
  }

  /** Returns for instance {@code f32 1x64x56x56 aBcd16b}, or strides where no short name fits. */
  @Override
  public String toString() {
    return type.name().toLowerCase(Locale.ROOT)
        + " "
        + Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining("x"))
        + " "
        + layout();
  }

  /** Returns the layout alone, for instance {@code acdb} or {@code aBcd16b}. */
  public String layout() {
    if (any) {
      return "any";
    }
    if (blocking == null) {
      return "opaque";
    }
    return blocking.toString();
  }

  /** Writes a pointer to a new descriptor, whose arguments live as long as the arena. */
  private interface Maker {
    NativeObject.Constructor in(CallArena arena);
  }

  private static MemoryDesc created(long before, Maker maker, String what, Object... values) {
    NativeLibrary.load();
    try (CallArena arena = new CallArena()) {
      return new MemoryDesc(
          arena.create(dnnl_h::dnnl_memory_desc_destroy, maker.in(arena), what, values), before);
    }
  }

  private static void checkDims(DataType type, long[] dims) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(dims, "dims");
    if (dims.length < 1 || dims.length > MAX_RANK) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "dims must have 1 to %d entries, had %d", MAX_RANK, dims.length));
    }
    long product = type.bytes();
    for (long dim : dims) {
      if (dim < 1 || dim > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "each of dims must be 1 to %d, were %s",
                Integer.MAX_VALUE,
                Arrays.toString(dims)));
      }
      product = multiplyExact(product, dim, dims);
    }
    multiplyExact(product, 64, dims); // room for the padding of blocked layouts
  }

  private static long multiplyExact(long a, long b, long[] dims) {
    if (Math.multiplyHigh(a, b) != 0 || a * b < 0) {
      throw tooLarge(dims);
    }
    return a * b;
  }

  private static long addExact(long a, long b, long[] dims) {
    if (a + b < 0) {
      throw tooLarge(dims);
    }
    return a + b;
  }

  private static IllegalArgumentException tooLarge(long[] dims) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT, "dims %s: their size in bytes exceeds 2^63", Arrays.toString(dims)));
  }
}
