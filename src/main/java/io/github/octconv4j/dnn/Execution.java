package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one thread at a time needs to run a {@link Program}: memories, arguments, working memory.
 * A run allocates nothing. It keeps its program alive until it is closed.
 */
public final class Execution extends NativeHandle {
  private final Program program;
  private final Parts parts;
  private final AtomicBoolean running = new AtomicBoolean();

  /** The user's tensor of each input and output buffer; null for other buffers and at first. */
  private final MemorySegment[] bound;

  /** Everything native that belongs to the execution. */
  private record Parts(
      Stream stream, List<List<Memory>> memories, List<Arguments> arguments, List<NativeHandle> all) {}

  Execution(Program program) {
    this(program, Arena.ofShared());
  }

  private Execution(Program program, Arena arena) {
    this(program, arena, assemble(program, arena));
  }

  private Execution(Program program, Arena arena, Parts parts) {
    super(
        MemorySegment.NULL,
        ignored -> {
          close(parts.all);
          arena.close();
        },
        program);
    this.program = program;
    this.parts = parts;
    this.bound = new MemorySegment[program.buffers().size()];
  }

  private static Parts assemble(Program program, Arena arena) {
    List<NativeHandle> all = new ArrayList<>();
    try {
      Engine engine = program.engine();
      Stream stream = Stream.of(engine);
      all.add(stream);
      BufferLayout layout = program.layout();
      MemorySegment temporaries = allocate(arena, layout.bytes());
      MemorySegment scratchpad = allocate(arena, layout.scratchpadBytes());

      List<Map<MemoryDesc, Memory>> views = new ArrayList<>();
      program.buffers().forEach(buffer -> views.add(new HashMap<>()));
      List<Arguments> arguments = new ArrayList<>();
      for (Step step : program.stepList()) {
        Map<Arg, Memory> memories = new HashMap<>();
        step.operands()
            .forEach(
                (arg, operand) ->
                    memories.put(
                        arg,
                        views
                            .get(operand.buffer().index())
                            .computeIfAbsent(
                                operand.desc(),
                                desc -> {
                                  Memory memory = Memory.unbound(engine, desc);
                                  all.add(memory);
                                  MemorySegment data =
                                      dataOf(program, operand.buffer(), temporaries);
                                  if (data != null) {
                                    memory.bind(data);
                                  }
                                  return memory;
                                })));
        MemoryDesc working = step.primitive().desc().descs().get(Arg.SCRATCHPAD);
        if (working != null) {
          Memory memory = Memory.unbound(engine, working);
          all.add(memory);
          memory.bind(scratchpad);
          memories.put(Arg.SCRATCHPAD, memory);
        }
        Arguments list = Arguments.of(step.primitive(), memories);
        all.add(list);
        arguments.add(list);
      }
      return new Parts(
          stream,
          views.stream().map(view -> List.copyOf(view.values())).toList(),
          List.copyOf(arguments),
          all);
    } catch (RuntimeException | Error e) {
      close(all);
      arena.close();
      throw e;
    }
  }

  private static MemorySegment allocate(Arena arena, long bytes) {
    return bytes == 0 ? MemorySegment.NULL : arena.allocate(bytes, Tensor.ALIGNMENT);
  }

  /** Where a buffer's data is from the start; null where the caller provides it. */
  private static MemorySegment dataOf(Program program, Buffer buffer, MemorySegment temporaries) {
    return switch (buffer.role()) {
      case INPUT, OUTPUT -> null;
      case CONSTANT -> program.constant(buffer).segment();
      case TEMPORARY ->
          temporaries.asSlice(program.layout().offset(buffer), buffer.desc().bytes());
    };
  }

  private static void close(List<NativeHandle> handles) {
    for (int i = handles.size() - 1; i >= 0; i--) {
      handles.get(i).close();
    }
  }

  /**
   * Sets the tensor of an input or output for the runs that follow. It is used in place and must
   * stay alive.
   *
   * @param operand as {@link ProgramBuilder#input} or {@link ProgramBuilder#output} returned it
   * @param tensor of exactly that descriptor; writable where it is an output
   */
  public void bind(Operand operand, Tensor tensor) {
    Buffer buffer = operand.buffer();
    if (buffer.index() >= bound.length || !program.buffers().get(buffer.index()).equals(buffer)) {
      throw new IllegalArgumentException(operand + " belongs to another program");
    }
    if (buffer.role() != Buffer.Role.INPUT && buffer.role() != Buffer.Role.OUTPUT) {
      throw new IllegalArgumentException(operand + " is neither an input nor an output");
    }
    if (!tensor.desc().equals(buffer.desc())) {
      throw new IllegalArgumentException(
          "%s must be %s, was %s".formatted(buffer.name(), buffer.desc(), tensor.desc()));
    }
    MemorySegment segment = tensor.segment();
    if (buffer.role() == Buffer.Role.OUTPUT && segment.isReadOnly()) {
      throw new IllegalArgumentException(
          "%s is written, but its segment is read-only".formatted(buffer.name()));
    }
    enter();
    try {
      MemorySegment before = bound[buffer.index()];
      if (before == null || before.address() != segment.address()) {
        bound[buffer.index()] = null; // until all views point at the new data
        for (Memory memory : parts.memories.get(buffer.index())) {
          memory.bind(segment);
        }
      }
      bound[buffer.index()] = segment;
    } finally {
      exit();
    }
  }

  /**
   * Runs all steps and returns when they are done.
   *
   * @throws IllegalStateException if the execution or a tensor's arena is closed, an input or
   *     output was not set, or another thread is running this execution
   */
  public void run() {
    enter();
    int threadsBefore = Threads.swap(program.threads());
    try {
      requireBound();
      MemorySegment stream = parts.stream.handle();
      List<Arguments> arguments = parts.arguments;
      for (int i = 0; i < arguments.size(); i++) { // no iterator: a run allocates nothing
        arguments.get(i).execute(stream);
      }
    } finally {
      Reference.reachabilityFence(bound);
      Threads.swap(threadsBefore);
      exit();
    }
  }

  private void requireBound() {
    List<Buffer> buffers = program.buffers();
    for (int i = 0; i < bound.length; i++) {
      Buffer buffer = buffers.get(i);
      if (bound[i] != null) {
        Arguments.requireUsable(bound[i], buffer.desc());
      } else if (buffer.role() == Buffer.Role.INPUT || buffer.role() == Buffer.Role.OUTPUT) {
        throw new IllegalStateException(buffer.name() + " was not set; call bind first");
      }
    }
  }

  /** From here to {@link #exit} no other thread does anything here and nothing is destroyed. */
  private void enter() {
    retain();
    if (!running.compareAndSet(false, true)) {
      release();
      throw new IllegalStateException(
          "this execution is in use by another thread; make one for each thread");
    }
  }

  private void exit() {
    running.set(false);
    release();
  }
}
