package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Data that programs keep, such as weights in the layout that a primitive wants: each of them once,
 * however many programs read it. The memory lives until this and the last program are closed.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Constants extends NativeHandle {
  private final Engine engine;
  private final OwnedMemory memory;
  private final Map<Key, Tensor> shared = new HashMap<>();

  /** Equal keys mean equal values. */
  private record Key(Object key, MemoryDesc desc) {}

  private Constants(Engine engine, OwnedMemory memory) {
    super(MemorySegment.NULL, ignored -> memory.close(), engine);
    this.engine = engine;
    this.memory = memory;
  }

  /** Returns a new collection without data. */
  public static Constants of(Engine engine) {
    return new Constants(Objects.requireNonNull(engine, "engine"), new OwnedMemory());
  }

  /** Returns a new collection that its maker closes, however it ends. */
  static Constants own(Engine engine) {
    Constants constants = of(engine);
    constants.adopt();
    return constants;
  }

  /**
   * Returns a copy of a value in another layout.
   *
   * @param name for messages
   */
  Tensor copy(String name, MemoryDesc desc, Tensor value, int threads) {
    Usable.require(value.segment(), value.desc(), name, "a program");
    Tensor copy = memory.tensor(desc);
    try (Threads.Scope scope = Threads.use(threads)) {
      Reorder.copy(engine, value, copy);
    } catch (IllegalStateException e) {
      Usable.require(value.segment(), value.desc(), name, "a program"); // not any more
      throw e;
    }
    return copy;
  }

  /**
   * Returns the copy of a value that stands already, or makes it.
   *
   * @param key what it is
   * @param name for messages
   * @param limit counts what is made
   */
  Tensor shared(
      Object key,
      String name,
      MemoryDesc desc,
      Supplier<Tensor> value,
      int threads,
      MemoryLimit limit) {
    synchronized (shared) {
      Key place = new Key(key, desc);
      Tensor tensor = shared.get(place);
      if (tensor == null) {
        Tensor made = Objects.requireNonNull(value.get(), "value returned no tensor");
        Reorder.requireSameDims(made.desc(), desc);
        limit.addConstant(name, desc);
        tensor = copy(name, desc, made, threads);
        shared.put(place, tensor);
      }
      return tensor;
    }
  }

  /** Returns the bytes of all data that programs share. */
  public long bytes() {
    synchronized (shared) {
      return shared.values().stream().mapToLong(tensor -> tensor.desc().bytes()).sum();
    }
  }
}
