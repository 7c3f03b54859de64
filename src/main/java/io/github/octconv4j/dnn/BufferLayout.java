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
  private static final List<Comparator<Life>> ORDERS =
      List.of(
          Comparator.comparingLong(Life::bytes).reversed(),
          Comparator.comparingInt(Life::first),
          Comparator.comparingLong(Life::area).reversed(),
          Comparator.comparingInt(Life::length).reversed());

  private final long[] offsets;
  private long bytes;
  private long largestLive;
  private long scratchpadBytes;

  /** A temporary, its bytes rounded up to whole cache lines, and the sections that need it. */
  private record Life(int buffer, long bytes, int first, int last) {
    boolean overlaps(Life other) {
      return first <= other.last && other.first <= last;
    }

    int length() {
      return last - first + 1;
    }

    long area() {
      return bytes * length();
    }
  }

  private BufferLayout(int buffers) {
    offsets = new long[buffers];
  }

  /** Places the temporaries in several orders and returns the smallest layout. */
  static BufferLayout of(List<Buffer> buffers, List<Section> sections) {
    List<Life> lives = lives(buffers, sections);
    BufferLayout best =
        ORDERS.stream()
            .map(order -> order.thenComparing(Comparator.comparingLong(Life::bytes).reversed()))
            .map(order -> placed(buffers.size(), lives.stream().sorted(order).toList()))
            .min(Comparator.comparingLong(layout -> layout.bytes))
            .orElseThrow();
    best.largestLive = largestLive(lives, sections.size());
    best.scratchpadBytes = scratchpadBytes(sections);
    return best;
  }

  /** Places one after the other, each as low as those that it must not meet allow. */
  private static BufferLayout placed(int buffers, List<Life> lives) {
    BufferLayout layout = new BufferLayout(buffers);
    List<Life> placed = new ArrayList<>();
    for (Life life : lives) {
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
    return layout;
  }

  private static long largestLive(List<Life> lives, int sections) {
    long[] live = new long[sections];
    for (Life life : lives) {
      for (int s = life.first; s <= life.last; s++) {
        live[s] += life.bytes;
      }
    }
    return Arrays.stream(live).max().orElse(0);
  }

  private static long scratchpadBytes(List<Section> sections) {
    long largest = 0;
    for (Section section : sections) {
      for (Step step : section.steps()) {
        largest = Math.max(largest, lines(step.scratchpadBytes()));
      }
    }
    return largest;
  }

  private static List<Life> lives(List<Buffer> buffers, List<Section> sections) {
    int[] first = new int[buffers.size()];
    int[] last = new int[buffers.size()];
    Arrays.fill(first, Integer.MAX_VALUE);
    for (int s = 0; s < sections.size(); s++) {
      for (Step step : sections.get(s).steps()) {
        for (Operand operand : step.memory()) {
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

  /** Bytes of the temporaries that are alive together, where they are most. */
  long largestLive() {
    return largestLive;
  }

  /** Bytes of the largest scratchpad; the steps of a lane share one. */
  long scratchpadBytes() {
    return scratchpadBytes;
  }
}
