package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Makes tensors at an address that is a multiple of 16, and of 4 only. */
final class Unaligned {
  private Unaligned() {}

  public static void main(String[] args) {
    MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.A, 8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(64, 64);
      System.out.println(new Tensor(desc, segment.asSlice(16)).desc());
      System.out.println(new Tensor(desc, segment.asSlice(4)).desc());
    } catch (IllegalArgumentException e) {
      System.out.println(e.getMessage());
    }
  }
}
