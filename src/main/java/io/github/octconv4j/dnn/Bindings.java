package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The caller's tensors of a program's inputs and outputs: checked as they are bound and once more
 * before each run, which allocates nothing. Not thread-safe: one {@link Execution} keeps others
 * out.
 */
final class Bindings {
  private final String name;
  private final List<Buffer> buffers;
  private final List<List<Assembly.View>> views;

  /** The numbers of the buffers that are inputs or outputs. */
  private final int[] given;

  /** The caller's segment of each input and output; null for other buffers and at first. */
  private final MemorySegment[] bound;

  /** Where the views of each input and output point, whether or not it is bound. */
  private final long[] addresses;

  /** Keeps what is bound from being freed during a run. */
  private final Holds holds = new Holds();

  private boolean disjoint; // outputs were compared with everything that is bound

  /**
   * Begins with nothing bound.
   *
   * @param name of what runs, for messages
   * @param assembly what looks at each buffer
   */
  Bindings(String name, List<Buffer> buffers, Assembly assembly) {
    this.name = name;
    this.buffers = buffers;
    this.views = assembly.views();
    this.given = IntStream.range(0, buffers.size()).filter(i -> buffers.get(i).isGiven()).toArray();
    this.bound = assembly.given();
    this.addresses = new long[buffers.size()];
  }

  /** Whether the very same tensor was bound last, as in most runs; then all was checked before. */
  @SuppressWarnings("ReferenceEquality") // equal ones take the longer way
  boolean isBound(Buffer buffer, Tensor tensor) {
    int index = buffer.index();
    return index < bound.length
        && bound[index] == tensor.segment()
        && buffers.get(index) == buffer
        && tensor.desc() == buffer.desc();
  }

  /** Throws unless the operand is an input or output of this program. */
  void requireGiven(Operand operand) {
    Buffer buffer = operand.buffer();
    if (buffer.index() >= buffers.size() || !buffers.get(buffer.index()).equals(buffer)) {
      throw new IllegalArgumentException(operand + " belongs to another program");
    }
    if (!buffer.isGiven()) {
      throw new IllegalArgumentException(operand + " is neither an input nor an output");
    }
  }

  /** Throws unless the tensor can be bound to the operand. */
  void requireFit(Operand operand, Tensor tensor) {
    requireGiven(operand);
    Buffer buffer = operand.buffer();
    if (!tensor.desc().equals(buffer.desc())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s must be %s, was %s", buffer.name(), buffer.desc(), tensor.desc()));
    }
    if (buffer.role() == Buffer.Role.OUTPUT && tensor.segment().isReadOnly()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is written, but its segment is read-only", buffer.name()));
    }
  }

  /** Points all views of an input or output at data that {@link #requireFit} let pass. */
  void bind(Buffer buffer, MemorySegment segment) {
    int index = buffer.index();
    MemorySegment before = bound[index];
    if (addresses[index] != segment.address()) {
      Usable.require(segment, buffer.desc(), buffer.name(), name);
      bound[index] = null; // until all views point at the new data
      addresses[index] = 0;
      point(buffer, segment);
      addresses[index] = segment.address();
      disjoint = false;
    }
    if (before == null || !before.scope().equals(segment.scope())) {
      bound[index] = null; // until it can be held
      hold(segment);
      disjoint = false;
    }
    bound[index] = segment;
  }

  private void point(Buffer buffer, MemorySegment segment) {
    List<Assembly.View> all = views.get(buffer.index());
    try {
      for (int i = 0; i < all.size(); i++) { // no iterator, as in a run
        Assembly.View view = all.get(i);
        view.memory().point(segment.asSlice(view.offset()));
      }
    } catch (IllegalStateException e) {
      Usable.require(segment, buffer.desc(), buffer.name(), name); // not any more
      throw e;
    }
  }

  /** Holds this and everything bound, and nothing that was bound before. */
  private void hold(MemorySegment segment) {
    holds.clear();
    holds.add(segment);
    for (int i : given) {
      if (bound[i] != null) {
        holds.add(bound[i]);
      }
    }
  }

  /** Forgets all tensors, which are not kept reachable any more. */
  void clear() {
    for (int i : given) {
      bound[i] = null;
    }
    holds.clear();
    disjoint = false;
  }

  /** Throws unless everything is bound, alive, and written apart from all else. */
  void requireReady() {
    for (int i : given) {
      if (bound[i] == null) {
        throw new IllegalStateException(buffers.get(i).name() + " was not set; call bind first");
      }
      requireUsable(i);
    }
    if (!disjoint) {
      requireDisjoint();
      disjoint = true;
    }
  }

  private void requireUsable(int index) {
    Buffer buffer = buffers.get(index);
    Usable.require(bound[index], buffer.desc(), buffer.name(), name);
  }

  /**
   * Returns why a run failed: the first tensor whose arena was closed while it was under way, or
   * else what it threw.
   */
  IllegalStateException explained(IllegalStateException thrown) {
    for (int i : given) {
      if (bound[i] != null) {
        try {
          requireUsable(i);
        } catch (IllegalStateException e) {
          return e;
        }
      }
    }
    return thrown;
  }

  private void requireDisjoint() {
    for (int out : given) {
      for (int other : given) {
        if (out != other && buffers.get(out).role() == Buffer.Role.OUTPUT) {
          InPlace.requireDisjoint(
              buffers.get(out).name(),
              bound[out].address(),
              buffers.get(out).desc(),
              buffers.get(other).name(),
              bound[other].address(),
              buffers.get(other).desc());
        }
      }
    }
  }

  /** What is held while primitives run. */
  Holds holds() {
    return holds;
  }

  /** The segment of each input and output, by the buffer's index. */
  MemorySegment[] segments() {
    return bound;
  }
}
