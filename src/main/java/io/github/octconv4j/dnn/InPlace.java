package io.github.octconv4j.dnn;

import java.util.Locale;

/**
 * Which operations may write where they read: element-wise ones, the destination being exactly the
 * (first) source. Source: the pages of the primitives in oneDNN's developer guide.
 */
final class InPlace {
  private InPlace() {}

  /** Whether an operation may have this argument in the memory of its destination. */
  static boolean isAllowed(Operation operation, Arg arg, MemoryDesc desc, MemoryDesc dst) {
    boolean elementwise = operation instanceof Eltwise || operation instanceof Binary;
    return elementwise && arg.equals(Arg.SRC) && desc.equals(dst);
  }

  /** Throws if memory that is written overlaps other memory of the same call. */
  static void requireDisjoint(
      String written,
      long address,
      MemoryDesc desc,
      String other,
      long otherAddress,
      MemoryDesc otherDesc) {
    if (overlap(address, desc.bytes(), otherAddress, otherDesc.bytes())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s (%d bytes at %#x) overlaps %s (%d bytes at %#x), but is written while the other is in use; give it memory of its own",
              written,
              desc.bytes(),
              address,
              other,
              otherDesc.bytes(),
              otherAddress));
    }
  }

  private static boolean overlap(long first, long bytes, long second, long otherBytes) {
    return first < second + otherBytes && second < first + bytes;
  }
}
