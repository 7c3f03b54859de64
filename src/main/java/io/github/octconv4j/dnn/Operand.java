package io.github.octconv4j.dnn;

/**
 * What a step of a {@link Program} reads or writes: a buffer of the program, or a part of it.
 * Made by {@link ProgramBuilder}.
 */
public final class Operand {
  private final Buffer buffer;
  private final MemoryDesc desc;

  Operand(Buffer buffer, MemoryDesc desc) {
    this.buffer = buffer;
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
   * Returns another view of the same buffer, for instance a {@link MemoryDesc#submemory}.
   *
   * @throws IllegalArgumentException if the view reaches beyond the buffer
   */
  public Operand view(MemoryDesc view) {
    if (view.isAny() || view.bytes() > buffer.desc().bytes()) {
      throw new IllegalArgumentException(
          "view %s does not lie inside buffer %s of %s"
              .formatted(view, buffer.name(), buffer.desc()));
    }
    return new Operand(buffer, view);
  }

  Buffer buffer() {
    return buffer;
  }

  @Override
  public String toString() {
    return name() + " " + desc;
  }
}
