package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * Takes the offset of a part out of oneDNN's descriptor. Most kernels of oneDNN 3.13 forget it
 * somewhere: they read or write from where the memory begins, size a scratchpad without it, or look
 * for the values of a post-op behind it. So oneDNN never sees one: it is told of memory that begins
 * with the part, and a {@link Memory} points there.
 *
 * <p>oneDNN has a call that makes a descriptor with an offset and none that takes it out. Its
 * blobs, from which descriptors are made again, hold the offset as a number of 64 bits; where, is
 * found out by looking for one that is known.
 */
final class PartOffset {
  private PartOffset() {}

  /** Where blobs hold the offset; found once. */
  private static final class Place {
    private static final long UNLIKELY = 0x1357_9bdf_2468L;
    static final int BYTE = find();

    private static int find() {
      try (CallArena arena = new CallArena()) {
        byte[] without = blobOfPart(arena, 0);
        byte[] with = blobOfPart(arena, UNLIKELY);
        int place = -1;
        for (int i = 0; i + Long.BYTES <= with.length; i += Long.BYTES) {
          if (numberAt(with, i) == UNLIKELY) {
            if (place >= 0) {
              throw unknown(
                  String.format(Locale.ROOT, "it stands at bytes %d and %d of a blob", place, i));
            }
            place = i;
          }
        }
        if (place < 0 || numberAt(without, place) != 0) {
          throw unknown("it does not stand in a blob");
        }
        return place;
      }
    }

    /** One element of very many: a descriptor takes no memory for them. */
    private static byte[] blobOfPart(CallArena arena, long offset) {
      MemorySegment whole =
          made(
              arena,
              out ->
                  dnnl_h.dnnl_memory_desc_create_with_tag(
                      out,
                      1,
                      NativeMemory.longs(arena, 2 * UNLIKELY),
                      DataType.F32.code(),
                      FormatTag.A.code()));
      MemorySegment part =
          made(
              arena,
              out ->
                  dnnl_h.dnnl_memory_desc_create_submemory(
                      out, whole, NativeMemory.longs(arena, 1), NativeMemory.longs(arena, offset)));
      return new DescQuery(part, arena).blob();
    }

    private static MemorySegment made(CallArena arena, NativeObject.Constructor constructor) {
      return arena.create(
          dnnl_h::dnnl_memory_desc_destroy, constructor, "describe one of many elements");
    }

    private static IllegalStateException unknown(String why) {
      return new IllegalStateException(
          String.format(
              Locale.ROOT,
              "oneDNN %s keeps the offset of a part elsewhere than known: %s",
              CpuIsa.libraryVersion(),
              why));
    }
  }

  private static long numberAt(byte[] blob, int place) {
    return ByteBuffer.wrap(blob).order(ByteOrder.nativeOrder()).getLong(place);
  }

  /**
   * Returns the blob without its offset.
   *
   * @param offset what it is, in elements
   */
  static byte[] without(byte[] blob, long offset) {
    if (offset == 0) {
      return blob;
    }
    if (numberAt(blob, Place.BYTE) != offset) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "a descriptor of oneDNN %s has the offset %d, its blob says %d",
              CpuIsa.libraryVersion(),
              offset,
              numberAt(blob, Place.BYTE)));
    }
    byte[] cleared = blob.clone();
    ByteBuffer.wrap(cleared).order(ByteOrder.nativeOrder()).putLong(Place.BYTE, 0);
    return cleared;
  }
}
