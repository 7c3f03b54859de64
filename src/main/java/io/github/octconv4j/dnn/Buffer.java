package io.github.octconv4j.dnn;

import org.jspecify.annotations.Nullable;

/**
 * Memory of a program.
 *
 * @param index number in the program
 * @param name for messages and listings
 * @param role who provides the memory
 * @param desc its whole shape, type and layout
 * @param data of a constant, else null
 */
record Buffer(int index, String name, Role role, MemoryDesc desc, @Nullable Tensor data) {
  /** Whether the caller provides the memory. */
  boolean isGiven() {
    return role == Role.INPUT || role == Role.OUTPUT;
  }

  /** Who provides the memory of a buffer. */
  enum Role {
    /** The caller, for each run; read. */
    INPUT,
    /** The caller, for each run; written. */
    OUTPUT,
    /** The program, once, with data from the start. */
    CONSTANT,
    /**
     * Each execution; undefined before the first step that writes it and after the last that reads
     * it.
     */
    TEMPORARY
  }
}
