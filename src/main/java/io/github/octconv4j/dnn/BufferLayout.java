package io.github.octconv4j.dnn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Where the temporaries of a program lie in an execution's memory. Two share bytes where no section
 * needs both.
 */
final class BufferLayout {
  private final long[] offsets;
  private long bytes;
  private long scratchpadBytes;

  /** A temporary, its bytes rounded up to whole cache lines, and the sections that need it. */
  private record Life(int buffer, long bytes, int first, int last) {
    boolean overlaps(Life other) {
      return first <= other.last && other.first <= last;
    }
  }

  private BufferLayout(int buffers) {
    offsets = new long[buffers];
  }

  /** Places the largest first, each as low as those that it must not meet allow. */
  static BufferLayout of(List<Buffer> buffers, List<Section> sections) {
    BufferLayout layout = new BufferLayout(buffers.size());
    List<Life> placed = new ArrayList<>();
    for (Life life : lives(buffers, sections)) {
      placed.sort(Comparator.comparingLong(other -> layout.offsets[other.buffer]));
      long offset = 0;
      for (Life other : placed) {
        if (life.overlaps(other) && layout.offsets[other.buffer] < offset + life.bytes) {
          offset = Math.max(offset, layout.offsets[other.buffer] + other.bytes);
        }
      }
      layout.offsets[life.buffer] = offset;
      layout.bytes = Math.max(layout.bytes, offset + life.bytes);
      placed.add(life);
    }
    for (Section section : sections) {
      for (Step step : section.steps()) {
        MemoryDesc scratchpad = step.primitive().desc().descs().get(Arg.SCRATCHPAD);
        if (scratchpad != null) {
          layout.scratchpadBytes = Math.max(layout.scratchpadBytes, lines(scratchpad.bytes()));
        }
      }
    }
    return layout;
  }

  private static List<Life> lives(List<Buffer> buffers, List<Section> sections) {
    int[] first = new int[buffers.size()];
    int[] last = new int[buffers.size()];
    Arrays.fill(first, Integer.MAX_VALUE);
    for (int s = 0; s < sections.size(); s++) {
      for (Step step : sections.get(s).steps()) {
        for (Operand operand : step.operands().values()) {
          int b = operand.buffer().index();
          first[b] = Math.min(first[b], s);
          last[b] = s;
        }
      }
    }
    List<Life> lives = new ArrayList<>();
    for (Buffer buffer : buffers) {
      int b = buffer.index();
      if (buffer.role() == Buffer.Role.TEMPORARY && first[b] != Integer.MAX_VALUE) {
        lives.add(new Life(b, lines(buffer.desc().bytes()), first[b], last[b]));
      }
    }
    lives.sort(Comparator.comparingLong(Life::bytes).reversed());
    return lives;
  }

  /** Bytes rounded up to whole cache lines. */
  static long lines(long bytes) {
    return (bytes + Tensor.ALIGNMENT - 1) / Tensor.ALIGNMENT * Tensor.ALIGNMENT;
  }

  /** Where the temporary begins, in bytes. */
  long offset(Buffer buffer) {
    return offsets[buffer.index()];
  }

  /** Bytes of all temporaries together. */
  long bytes() {
    return bytes;
  }

  /** Bytes of the largest scratchpad; the steps of a lane share one. */
  long scratchpadBytes() {
    return scratchpadBytes;
  }
}
