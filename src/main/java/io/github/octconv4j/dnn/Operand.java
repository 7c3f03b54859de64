package io.github.octconv4j.dnn;

import java.util.Locale;

/**
 * What a step of a {@link Program} reads or writes: a buffer of the program, or a part of it. Made
 * by {@link ProgramBuilder}.
 *
 * @since 0.1.0
 */
public final class Operand {
  private final Buffer buffer;
  private final long offset;
  private final MemoryDesc desc;

  Operand(Buffer buffer, long offset, MemoryDesc desc) {
    this.buffer = buffer;
    this.offset = offset;
    this.desc = desc;
  }

  /** Returns the shape, type and layout in which the buffer is seen. */
  public MemoryDesc desc() {
    return desc;
  }

  /** Returns the buffer's name. */
  public String name() {
    return buffer.name();
  }

  /**
   * Returns another view of the same memory, for instance a {@link MemoryDesc#submemory}.
   *
   * @throws IllegalArgumentException if the view reaches beyond the buffer
   */
  public Operand view(MemoryDesc view) {
    return view(0, view);
  }

  /**
   * Returns a view that begins further on, for instance the dense block of memory that some rows of
   * an image are.
   *
   * @param bytes distance from the beginning of this view, at least 0
   * @throws IllegalArgumentException if the view reaches beyond the buffer
   */
  public Operand view(long bytes, MemoryDesc view) {
    if (view.isAny() || bytes < 0 || bytes > buffer.desc().bytes() - offset - view.bytes()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "view %s at byte %d does not lie inside buffer %s of %s",
              view,
              offset + bytes,
              buffer.name(),
              buffer.desc()));
    }
    if (bytes % view.type().bytes() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "view %s at byte %d is not aligned to %d bytes",
              view,
              offset + bytes,
              view.type().bytes()));
    }
    return new Operand(buffer, offset + bytes, view);
  }

  /** Where the view begins in the buffer, in bytes. */
  long offset() {
    return offset;
  }

  /** Returns whether both are views of one buffer. */
  public boolean sharesBuffer(Operand other) {
    return buffer.equals(other.buffer);
  }

  Buffer buffer() {
    return buffer;
  }

  @Override
  public String toString() {
    return name() + " " + desc;
  }
}
