package io.github.octconv4j.dnn;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one thread at a time needs to run a {@link Program}: memories, arguments, working memory. A
 * run allocates nothing. It keeps its program alive until it is closed.
 *
 * @since 0.1.0
 */
public final class Execution extends NativeHandle {
  private static final int MOST_RUNS = 1_000_000;

  private final Program program;
  private final Arena arena;
  private final Parts parts;
  private final Lanes lanes;
  private final String name;
  private final ExecutionEvent event;
  private PrimitiveEvent @Nullable [][][] primitiveEvents; // made when a recording wants them first
  private final AtomicBoolean running = new AtomicBoolean();

  /** The numbers of the buffers that are inputs or outputs. */
  private final int[] given;

  /** The user's tensor of each input and output buffer; null for other buffers and at first. */
  private final MemorySegment[] bound;

  /** Where the views of each input and output buffer point, whether or not it is bound. */
  private final long[] addresses;

  private boolean disjoint; // outputs were compared with everything that is bound

  /** Keeps what is bound from being freed during a run. */
  private final Holds holds = new Holds();

  /** Everything native that belongs to the execution. */
  private record Parts(
      Stream stream,
      List<List<View>> views,
      List<List<List<Arguments>>> sections,
      MemorySegment temporaries,
      MemorySegment scratchpads,
      List<NativeHandle> all) {}

  /** A memory that looks at a buffer from a certain byte on. */
  private record View(Memory memory, long offset, MemoryDesc desc) {}

  Execution(Program program, String name) {
    this(program, name, Arena.ofShared());
  }

  private Execution(Program program, String name, Arena arena) {
    this(program, name, arena, assemble(program, arena));
  }

  private Execution(Program program, String name, Arena arena, Parts parts) {
    super(
        MemorySegment.NULL,
        ignored -> {
          close(parts.all);
          arena.close();
        },
        program);
    this.program = program;
    this.name = name;
    this.event = ExecutionEvent.of(name, program);
    this.arena = arena;
    this.parts = parts;
    List<Buffer> buffers = program.buffers();
    this.given = IntStream.range(0, buffers.size()).filter(i -> buffers.get(i).isGiven()).toArray();
    this.bound = new MemorySegment[buffers.size()];
    this.addresses = new long[buffers.size()];
    this.lanes = new Lanes(parts.stream, parts.sections, program.threads(), holds);
  }

  private static Parts assemble(Program program, Arena arena) {
    List<NativeHandle> all = new ArrayList<>();
    try {
      Engine engine = program.engine();
      Stream stream = Stream.of(engine);
      all.add(stream);
      stream.adopt();
      Views views = new Views(program, arena, all);
      List<List<List<Arguments>>> sections = new ArrayList<>();
      for (Section section : program.sections()) {
        List<List<Arguments>> lanes = new ArrayList<>();
        for (int lane = 0; lane < section.lanes().size(); lane++) {
          List<Arguments> list = new ArrayList<>();
          for (Step step : section.lanes().get(lane)) {
            Arguments arguments = Arguments.of(step.primitive(), views.memories(step, lane));
            all.add(arguments);
            arguments.adopt();
            list.add(arguments);
          }
          lanes.add(List.copyOf(list));
        }
        sections.add(List.copyOf(lanes));
      }
      return new Parts(
          stream,
          views.ofBuffers(),
          List.copyOf(sections),
          views.temporaries,
          views.scratchpads,
          all);
    } catch (RuntimeException | Error e) {
      close(all);
      arena.close();
      throw e;
    }
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
    Objects.requireNonNull(operand, "operand");
    Objects.requireNonNull(tensor, "tensor");
    Buffer buffer = operand.buffer();
    if (isBound(buffer, tensor)) {
      return;
    }
    requireGiven(operand);
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
      int index = buffer.index();
      MemorySegment before = bound[index];
      if (addresses[index] != segment.address()) {
        Arguments.requireUsable(segment, buffer.desc());
        bound[index] = null; // until all views point at the new data
        addresses[index] = 0;
        List<View> views = parts.views.get(index);
        for (int i = 0; i < views.size(); i++) {
          View view = views.get(i);
          view.memory.point(segment.asSlice(view.offset));
        }
        addresses[index] = segment.address();
        disjoint = false;
      }
      if (before == null || !before.scope().equals(segment.scope())) {
        bound[index] = null; // until it can be held
        hold(segment);
        disjoint = false;
      }
      bound[index] = segment;
    } finally {
      exit();
    }
  }

  private void requireGiven(Operand operand) {
    Buffer buffer = operand.buffer();
    if (buffer.index() >= bound.length || !program.buffers().get(buffer.index()).equals(buffer)) {
      throw new IllegalArgumentException(operand + " belongs to another program");
    }
    if (!buffer.isGiven()) {
      throw new IllegalArgumentException(operand + " is neither an input nor an output");
    }
  }

  /**
   * Makes a tensor of zeros for an input or output and binds it. It belongs to the execution and is
   * freed with it, also where both were forgotten.
   *
   * @param operand as {@link ProgramBuilder#input} or {@link ProgramBuilder#output} returned it
   */
  public Tensor allocate(Operand operand) {
    Objects.requireNonNull(operand, "operand");
    retain();
    try {
      requireGiven(operand);
      Tensor tensor = Tensor.allocate(operand.buffer().desc(), arena);
      bind(operand, tensor);
      return tensor;
    } finally {
      release();
    }
  }

  /** Whether the very same tensor was bound last, as in most runs; then all was checked before. */
  @SuppressWarnings("ReferenceEquality") // equal ones take the longer way
  private boolean isBound(Buffer buffer, Tensor tensor) {
    int index = buffer.index();
    return !isClosed()
        && index < bound.length
        && bound[index] == tensor.segment()
        && program.buffers().get(index) == buffer
        && tensor.desc() == buffer.desc();
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

  /**
   * Forgets the tensors: they are not kept reachable any more, and must be bound again for the next
   * run.
   */
  public void unbind() {
    enter();
    try {
      for (int i : given) {
        bound[i] = null;
      }
      holds.clear();
      disjoint = false;
    } finally {
      exit();
    }
  }

  /**
   * Runs all steps and returns when they are done.
   *
   * @throws IllegalStateException if the execution or a tensor's arena is closed, an input or
   *     output was not set, or another thread is running this execution
   * @throws IllegalArgumentException if the memory of an output overlaps that of an input or of
   *     another output
   */
  public void run() {
    enter();
    try {
      runAll();
    } finally {
      exit();
    }
  }

  private void runAll() {
    try {
      requireBound();
      boolean wanted = event.isEnabled();
      if (wanted) {
        event.begin();
      }
      lanes.run(program.lanes(), wantedEvents());
      if (wanted) {
        event.end(); // or else it would keep the duration of the run before
        event.commit();
      }
    } finally {
      Reference.reachabilityFence(bound);
    }
  }

  /** The events of the steps, or null where no recording wants them. */
  private PrimitiveEvent @Nullable [][][] wantedEvents() {
    if (!PrimitiveEvent.isWanted()) {
      return null;
    }
    if (primitiveEvents == null) {
      primitiveEvents = PrimitiveEvent.of(name, program);
    }
    return primitiveEvents;
  }

  /**
   * Runs all steps and writes the program to a file that needs no Java: the primitives, the
   * constants, the inputs, and what the outputs then hold. {@code native/README.md} describes the
   * format.
   *
   * @param out not closed
   * @throws IllegalStateException as {@link #run}
   */
  public void export(OutputStream out) throws IOException {
    enter();
    try {
      runAll();
      ProgramFile.write(program, bound, parts.temporaries, parts.scratchpads, out);
    } finally {
      exit();
    }
  }

  /**
   * Runs all steps several times, one after the other on the calling thread, and returns the median
   * time of each step in nanoseconds, in the order of {@link Program#steps}. For listings; the sum
   * is not the time of a run where lanes run side by side.
   *
   * @param runs 1 to 1,000,000
   */
  public long[] profile(int runs) {
    requireRuns(runs);
    enter();
    try {
      requireBound();
      return lanes.profile(runs);
    } finally {
      Reference.reachabilityFence(bound);
      exit();
    }
  }

  /**
   * Runs all steps several times, as {@link #run} does, and returns the median time of each section
   * in nanoseconds. {@link ProgramBuilder#sections} says which sections belong to what.
   *
   * @param runs 1 to 1,000,000
   */
  public long[] profileSections(int runs) {
    requireRuns(runs);
    enter();
    try {
      requireBound();
      return lanes.profileSections(program.lanes(), runs);
    } finally {
      Reference.reachabilityFence(bound);
      exit();
    }
  }

  private static void requireRuns(int runs) {
    if (runs < 1 || runs > MOST_RUNS) {
      throw new IllegalArgumentException("runs must be 1 to %d, was %d".formatted(MOST_RUNS, runs));
    }
  }

  private void requireBound() {
    List<Buffer> buffers = program.buffers();
    for (int i : given) {
      if (bound[i] == null) {
        throw new IllegalStateException(buffers.get(i).name() + " was not set; call bind first");
      }
      Arguments.requireUsable(bound[i], buffers.get(i).desc());
    }
    if (!disjoint) {
      requireDisjoint(buffers);
      disjoint = true;
    }
  }

  private void requireDisjoint(List<Buffer> buffers) {
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

  /** Makes the memories of steps, one for each view of a buffer. */
  private static final class Views {
    private final Program program;
    private final List<NativeHandle> all;
    private final MemorySegment temporaries;
    private final MemorySegment scratchpads;
    private final List<Map<Long, List<View>>> views = new ArrayList<>();

    Views(Program program, Arena arena, List<NativeHandle> all) {
      this.program = program;
      this.all = all;
      BufferLayout layout = program.layout();
      this.temporaries = allocate(arena, layout.bytes());
      this.scratchpads = allocate(arena, program.lanes() * layout.scratchpadBytes());
      program.buffers().forEach(buffer -> views.add(new HashMap<>()));
    }

    private static MemorySegment allocate(Arena arena, long bytes) {
      return bytes == 0
          ? MemorySegment.NULL
          : Native.allocate(arena, bytes, "the working memory of an execution");
    }

    Map<Arg, Memory> memories(Step step, int lane) {
      Map<Arg, Memory> memories = new HashMap<>();
      step.operands().forEach((arg, operand) -> memories.put(arg, memory(operand)));
      MemoryDesc working = step.primitive().desc().descs().get(Arg.SCRATCHPAD);
      if (working != null) {
        Memory memory = unbound(working);
        memory.bind(scratchpads.asSlice(lane * program.layout().scratchpadBytes()));
        memories.put(Arg.SCRATCHPAD, memory);
      }
      return memories;
    }

    private Memory memory(Operand operand) {
      Buffer buffer = operand.buffer();
      List<View> same =
          views.get(buffer.index()).computeIfAbsent(operand.offset(), offset -> new ArrayList<>());
      for (View view : same) {
        if (view.desc.equals(operand.desc())) {
          return view.memory;
        }
      }
      Memory memory = unbound(operand.desc());
      MemorySegment data = dataOf(buffer);
      if (data != null) {
        memory.bind(data.asSlice(operand.offset()));
      }
      same.add(new View(memory, operand.offset(), operand.desc()));
      return memory;
    }

    private Memory unbound(MemoryDesc desc) {
      Memory memory = Memory.unbound(program.engine(), desc);
      all.add(memory);
      memory.adopt();
      return memory;
    }

    /** Where a buffer's data is from the start; null where the caller provides it. */
    private @Nullable MemorySegment dataOf(Buffer buffer) {
      return switch (buffer.role()) {
        case INPUT, OUTPUT -> null;
        case CONSTANT -> program.constant(buffer).segment();
        case TEMPORARY ->
            temporaries.asSlice(program.layout().offset(buffer), buffer.desc().bytes());
      };
    }

    /** The views of each buffer. */
    List<List<View>> ofBuffers() {
      return views.stream()
          .map(map -> map.values().stream().flatMap(List::stream).toList())
          .toList();
    }
  }
}
