package io.github.octconv4j.dnn;

import java.util.Locale;

/** Counts the bytes that a program will take, before they are taken. Not thread-safe. */
final class MemoryLimit {
  private final long most;
  private long taken; // by constants and outputs

  MemoryLimit(long most) {
    if (most < 1) {
      throw new IllegalArgumentException("memoryLimit must be at least 1 byte, was " + most);
    }
    this.most = most;
  }

  /** Counts a constant that is about to be allocated. */
  void addConstant(String name, MemoryDesc desc) {
    require(taken + desc.bytes(), "constant %s of %s and what is before it", name, desc);
    taken += desc.bytes();
  }

  /** Counts the memory of an output, which the caller allocates. */
  void addOutput(String name, MemoryDesc desc) {
    require(taken + desc.bytes(), "output %s of %s and what is before it", name, desc);
    taken += desc.bytes();
  }

  /** Looks at a temporary, which may share its bytes with others. */
  void requireTemporary(String name, MemoryDesc desc) {
    require(taken + desc.bytes(), "temporary %s of %s and all outputs and constants", name, desc);
  }

  /** Looks at what is about to be read. */
  void requireRoom(String what, long bytes) {
    require(taken + bytes, "%s and what is before it", what);
  }

  /** Looks at the whole program. */
  void requireProgram(BufferLayout layout, int lanes) {
    long scratchpads = lanes * layout.scratchpadBytes();
    require(
        taken + layout.bytes() + scratchpads,
        "outputs and constants of %d bytes, temporaries of %d and scratchpads of %d",
        taken,
        layout.bytes(),
        scratchpads);
  }

  private void require(long bytes, String what, Object... values) {
    if (bytes < 0 || bytes > most) {
      throw new DnnException(
          Status.OUT_OF_MEMORY,
          String.format(
              Locale.ROOT,
              "the program would take %s bytes (%s), memoryLimit is %d",
              bytes < 0 ? "more than 2^63" : String.valueOf(bytes),
              String.format(Locale.ROOT, what, values),
              most));
    }
  }
}
