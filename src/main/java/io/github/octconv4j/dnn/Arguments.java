package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_exec_arg_t;
import io.github.octconv4j.dnn.loader.Downcall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The memories of one run of a primitive, checked against its descriptor and laid out for oneDNN
 * once. One thread at a time may run with them.
 *
 * @since 0.1.0
 */
public final class Arguments extends NativeHandle {
  private final Primitive primitive;
  private final List<Arg> args;
  private final List<Memory> memories; // of each argument
  private final MemorySegment array;
  private final MemorySegment count; // of them
  private final AtomicBoolean running = new AtomicBoolean();
  private final Holds holds = new Holds(); // used while running is set

  private Arguments(
      MemorySegment array,
      Consumer<MemorySegment> destructor,
      Primitive primitive,
      List<Arg> args,
      List<Memory> memories) {
    super(array, destructor, dependencies(primitive, memories));
    this.primitive = primitive;
    this.args = args;
    this.memories = memories;
    this.count = Downcall.word(memories.size());
    // Without its arena, which each call would hold and release: whoever runs this keeps it alive.
    this.array = MemorySegment.ofAddress(array.address());
  }

  /**
   * Returns arguments for a primitive.
   *
   * @param memories one for each argument of the primitive's descriptor, the scratchpad included
   * @throws IllegalArgumentException if one is missing, superfluous or of another descriptor, or
   *     what is written overlaps what is read; element-wise operations may write their first source
   */
  public static Arguments of(Primitive primitive, Map<Arg, Memory> memories) {
    Arena arena = Arena.ofShared();
    try {
      return of(primitive, memories, arena, ignored -> arena.close());
    } catch (RuntimeException | Error e) {
      if (arena.scope().isAlive()) {
        arena.close();
      }
      throw e;
    }
  }

  /**
   * Returns arguments that are laid out in memory of the caller's, which must outlive them: to
   * close a shared arena for each of them the JVM would have to stop all threads each time.
   */
  static Arguments of(Primitive primitive, Map<Arg, Memory> memories, SegmentAllocator allocator) {
    return of(primitive, memories, allocator, ignored -> {});
  }

  private static Arguments of(
      Primitive primitive,
      Map<Arg, Memory> memories,
      SegmentAllocator allocator,
      Consumer<MemorySegment> destructor) {
    Objects.requireNonNull(primitive, "primitive");
    Objects.requireNonNull(memories, "memories");
    Map<Arg, MemoryDesc> wanted = primitive.desc().descs();
    if (!wanted.keySet().equals(memories.keySet())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s takes the arguments %s, given were %s",
              primitive.desc().operation().kind(),
              wanted.keySet(),
              memories.keySet()));
    }
    wanted.forEach((arg, desc) -> requireFit(primitive.desc().operation(), arg, desc, memories));
    List<Arg> args = List.copyOf(wanted.keySet());
    List<Memory> list = args.stream().map(memories::get).map(Objects::requireNonNull).toList();
    MemorySegment array = dnnl_exec_arg_t.allocateArray(args.size(), allocator);
    for (int i = 0; i < args.size(); i++) {
      MemorySegment entry = dnnl_exec_arg_t.asSlice(array, i);
      dnnl_exec_arg_t.arg(entry, args.get(i).code());
      dnnl_exec_arg_t.memory(entry, list.get(i).handle());
    }
    return new Arguments(array, destructor, primitive, args, list);
  }

  private static void requireFit(
      Operation operation, Arg arg, MemoryDesc desc, Map<Arg, Memory> memories) {
    Memory memory = memories.get(arg);
    if (memory == null) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "memories: argument %s of %s is null", arg, operation.kind()));
    }
    if (!memory.desc().equals(desc)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "argument %s of %s must be %s, was %s",
              arg,
              operation.kind(),
              desc,
              memory.desc()));
    }
    if (arg.equals(Arg.DST) || arg.equals(Arg.SCRATCHPAD)) { // written
      if (memory.data().isReadOnly()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "argument %s of %s is written, but its segment is read-only",
                arg,
                operation.kind()));
      }
      requireDisjoint(operation, arg, memories);
    }
  }

  private static void requireDisjoint(Operation operation, Arg written, Map<Arg, Memory> memories) {
    Memory dst = Objects.requireNonNull(memories.get(written));
    memories.forEach(
        (arg, memory) -> {
          boolean same = memory.data().address() == dst.data().address();
          boolean inPlace =
              same
                  && written.equals(Arg.DST)
                  && InPlace.isAllowed(operation, arg, memory.desc(), dst.desc());
          boolean known = memory.data().address() != 0 && dst.data().address() != 0;
          if (!arg.equals(written) && known && !inPlace) {
            InPlace.requireDisjoint(
                String.format(Locale.ROOT, "argument %s of %s", written, operation.kind()),
                dst.data().address(),
                dst.desc(),
                arg.toString(),
                memory.data().address(),
                memory.desc());
          }
        });
  }

  /** Returns arguments that view these tensors, whose segments must stay alive. */
  public static Arguments ofTensors(Primitive primitive, Map<Arg, Tensor> tensors) {
    return viewing(primitive, tensors, memories -> of(primitive, memories));
  }

  /** Returns the same in memory of the caller's, which must outlive the arguments. */
  static Arguments ofTensors(
      Primitive primitive, Map<Arg, Tensor> tensors, SegmentAllocator allocator) {
    return viewing(primitive, tensors, memories -> of(primitive, memories, allocator));
  }

  private static Arguments viewing(
      Primitive primitive,
      Map<Arg, Tensor> tensors,
      Function<Map<Arg, Memory>, Arguments> arguments) {
    Objects.requireNonNull(primitive, "primitive");
    Objects.requireNonNull(tensors, "tensors");
    List<Map.Entry<Arg, Tensor>> given = List.copyOf(tensors.entrySet());
    Memory[] views = new Memory[given.size()]; // all room before the first, so that none is lost
    try {
      Map<Arg, Memory> memories = HashMap.newHashMap(views.length);
      for (int i = 0; i < views.length; i++) {
        Arg arg = given.get(i).getKey();
        Tensor tensor = given.get(i).getValue();
        if (tensor == null) {
          throw new IllegalArgumentException(
              String.format(Locale.ROOT, "tensors: argument %s is null", arg));
        }
        views[i] = Memory.of(primitive.desc().engine(), tensor);
        memories.put(arg, views[i]);
      }
      return arguments.apply(memories);
    } finally {
      for (Memory view : views) {
        if (view != null) {
          view.close(); // the arguments keep it
        }
      }
    }
  }

  Primitive primitive() {
    return primitive;
  }

  /** Runs the primitive; the caller keeps it and the stream alive. */
  void run(MemorySegment stream) {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "arguments are in use by another thread; make some for each thread");
    }
    try {
      using(
          args -> {
            holds.clear();
            for (int i = 0; i < memories.size(); i++) {
              requireUsable(i);
              holds.add(memories.get(i).data());
            }
            try {
              execute(stream, holds);
            } catch (IllegalStateException e) { // where an arena was closed just now
              for (int i = 0; i < memories.size(); i++) {
                requireUsable(i);
              }
              throw e;
            }
            return null;
          });
    } finally {
      running.set(false);
    }
  }

  private void requireUsable(int index) {
    Memory memory = memories.get(index);
    Usable.require(
        memory.data(), memory.desc(), args.get(index), primitive.desc().operation().kind());
  }

  /** The bare call, for who has checked everything. */
  void execute(MemorySegment stream, Holds held) {
    int status = held.execute(primitive.handle(), stream, count, array);
    if (status != 0) {
      Status.check(status, "run %s", primitive.desc());
    }
  }

  private static NativeHandle[] dependencies(Primitive primitive, List<Memory> memories) {
    List<NativeHandle> all = new ArrayList<>(memories);
    all.add(primitive);
    return all.toArray(NativeHandle[]::new);
  }
}
