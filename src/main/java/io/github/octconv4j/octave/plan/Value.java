package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import org.jspecify.annotations.Nullable;

/**
 * Images (n, c, h, w) that the stages of an {@link Expression} read and write: memory that is
 * given, or what is made on the way, of which a thread holds only what it is at. Told apart by
 * identity.
 */
final class Value {
  private final String name;
  private final Layout layout;
  private final Region all;
  private final int width;
  private final @Nullable Operand memory;

  private Value(String name, Layout layout, Region all, int width, @Nullable Operand memory) {
    this.name = name;
    this.layout = layout;
    this.all = all;
    this.width = width;
    this.memory = memory;
  }

  /** Images that stand in memory, or that become results there. */
  static Value given(Operand memory, Layout layout) {
    MemoryDesc desc = memory.desc();
    return new Value(memory.name(), layout, Region.all(desc), Math.toIntExact(desc.dim(3)), memory);
  }

  /** Images made on the way, of the batch and layout of others. */
  static Value between(String name, Value like, int channels, int height, int width) {
    Region all = new Region(like.all.images(), Range.all(height), Range.all(channels));
    return new Value(name, like.layout, all, width, null);
  }

  /** Returns the name of the memory. */
  String name() {
    return name;
  }

  Layout layout() {
    return layout;
  }

  /** Returns the region that is everything. */
  Region all() {
    return all;
  }

  int channels() {
    return all.channels().count();
  }

  int height() {
    return all.rows().count();
  }

  int width() {
    return width;
  }

  /** Returns the memory that was given, null where the value is made on the way. */
  @Nullable Operand memory() {
    return memory;
  }

  /** Whether another value has exactly twice the rows and columns. */
  boolean isHalfOf(Value large) {
    return 2 * height() == large.height() && 2 * width == large.width;
  }

  @Override
  public String toString() {
    return name;
  }
}
