package io.github.octconv4j.dnn;

import io.github.octconv4j.text.Checks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link Program} together: buffers first, then the steps that read and write them. Not
 * thread-safe. Close it in each case; what {@link #build} returned lives on.
 *
 * @since 0.1.0
 */
public final class ProgramBuilder implements AutoCloseable {
  private static final int MOST_LANES = 1024;

  private final Engine engine;
  private final int threads;
  private final MemoryLimit limit;
  private final Draft draft;
  private final List<Buffer> buffers = new ArrayList<>();
  private @Nullable List<List<Step>> lanes; // of the section being built side by side, else null
  private int lane;

  /** What is freed with the builder: all that no program has taken over. */
  private static final class Parts {
    private final Constants constants; // this program's own
    private final Constants shared; // with others, or the same
    private final List<Section> sections = new ArrayList<>();
    private final List<PrimitiveDesc> opened = new ArrayList<>();
    private boolean built;

    Parts(Constants constants, Constants shared) {
      this.constants = constants;
      this.shared = shared;
    }

    void close() {
      for (int i = 0; i < opened.size(); i++) { // no iterator: the heap may be full
        opened.get(i).close(); // primitives keep theirs
      }
      if (!built) {
        Section.closeAll(sections);
      }
      constants.close(); // the program keeps them
    }
  }

  /** The life of a builder; a forgotten one is freed like any other handle. */
  private static final class Draft extends NativeHandle {
    private final Parts parts;

    Draft(Engine engine, Parts parts) {
      super(MemorySegment.NULL, ignored -> parts.close(), engine, parts.constants, parts.shared);
      this.parts = parts;
    }
  }

  /**
   * Begins a program that may take any amount of memory.
   *
   * @param threads how many threads each primitive uses, 1 to 1024
   */
  public ProgramBuilder(Engine engine, int threads) {
    this(engine, threads, Long.MAX_VALUE);
  }

  /**
   * Begins a program.
   *
   * @param threads how many threads each primitive uses, 1 to 1024
   * @param memoryLimit most bytes that constants, outputs, and the temporaries and scratchpads of
   *     one execution may take together; who asks for more gets a {@link DnnException} with {@link
   *     Status#OUT_OF_MEMORY} before the memory is taken
   */
  public ProgramBuilder(Engine engine, int threads, long memoryLimit) {
    this(engine, threads, memoryLimit, null);
  }

  /**
   * Begins a program that shares constants with others.
   *
   * @param threads how many threads each primitive uses, 1 to 1024
   * @param shared where {@link #sharedConstant} looks for data and keeps them
   * @param memoryLimit as above; constants count where this program is the first that wants them
   */
  public ProgramBuilder(Engine engine, int threads, Constants shared, long memoryLimit) {
    this(engine, threads, memoryLimit, Objects.requireNonNull(shared, "shared"));
  }

  private ProgramBuilder(Engine engine, int threads, long memoryLimit, @Nullable Constants shared) {
    this.engine = Objects.requireNonNull(engine, "engine");
    Constants own = Constants.own(engine);
    this.draft = new Draft(engine, new Parts(own, shared == null ? own : shared));
    try {
      this.threads = Threads.granted(threads);
      this.limit = new MemoryLimit(memoryLimit);
    } catch (RuntimeException | Error e) {
      draft.close();
      throw e;
    }
  }

  /** Adds memory that the caller provides for each run, and that steps read. */
  public Operand input(String name, MemoryDesc desc) {
    return buffer(name, Buffer.Role.INPUT, desc, null);
  }

  /** Adds memory that the caller provides for each run, and that steps write. */
  public Operand output(String name, MemoryDesc desc) {
    requireOpen();
    requireLayout(name, desc);
    limit.addOutput(name, desc);
    return buffer(name, Buffer.Role.OUTPUT, desc, null);
  }

  /**
   * Adds memory that each execution has, valid from the first step that writes it to the last use.
   */
  public Operand temporary(String name, MemoryDesc desc) {
    requireOpen();
    requireLayout(name, desc);
    limit.requireTemporary(name, desc);
    return buffer(name, Buffer.Role.TEMPORARY, desc, null);
  }

  /**
   * Adds data that the program alone keeps, such as weights: a copy of {@code value} in the layout
   * that the steps want.
   */
  public Operand constant(String name, MemoryDesc desc, Tensor value) {
    requireOpen();
    requireLayout(name, desc);
    Objects.requireNonNull(value, "value");
    Reorder.requireSameDims(value.desc(), desc);
    limit.addConstant(name, desc);
    Tensor copy = draft.parts.constants.copy(name, desc, value, threads);
    return buffer(name, Buffer.Role.CONSTANT, desc, copy);
  }

  /**
   * Throws if so many bytes more would not be within the memory limit: for constants, before they
   * are read.
   *
   * @param what for the message
   * @throws DnnException with {@link Status#OUT_OF_MEMORY}
   */
  public void requireRoom(String what, long bytes) {
    requireOpen();
    Objects.requireNonNull(what, "what");
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must be at least 0, was " + bytes);
    }
    limit.requireRoom(what, bytes);
  }

  /**
   * Adds data that this program and others keep once, in the layout that the steps want. They count
   * towards the memory limit of the program that adds them first.
   *
   * @param key says what they are: anything with value equality, of which equal ones mean equal
   *     values. A list or record of what the values are made of is one; names that were put
   *     together are none, because other parts may make the same name
   * @param name for listings and messages
   * @param value called where they don't stand yet
   */
  public Operand sharedConstant(Object key, String name, MemoryDesc desc, Supplier<Tensor> value) {
    requireOpen();
    Objects.requireNonNull(key, "key");
    requireLayout(name, desc);
    Objects.requireNonNull(value, "value");
    Tensor tensor = draft.parts.shared.shared(key, name, desc, value, threads, limit);
    return buffer(name, Buffer.Role.CONSTANT, desc, tensor);
  }

  private void requireOpen() {
    if (draft.parts.built || draft.isClosed()) {
      throw new IllegalStateException(
          draft.parts.built ? "build() was called before" : "ProgramBuilder is closed");
    }
  }

  private static void requireLayout(String name, MemoryDesc desc) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(desc, "desc");
    if (desc.isAny()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "buffer %s must have a layout, desc was %s", name, desc));
    }
  }

  private Operand buffer(String name, Buffer.Role role, MemoryDesc desc, @Nullable Tensor data) {
    requireOpen();
    requireLayout(name, desc);
    Buffer buffer = new Buffer(buffers.size(), name, role, desc, data);
    buffers.add(buffer);
    return new Operand(buffer, 0, desc);
  }

  /**
   * Asks for an implementation with this program's number of threads. The descriptor belongs to the
   * builder.
   */
  public PrimitiveDesc describe(Operation operation, Attributes attributes) {
    requireOpen();
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(attributes, "attributes");
    try (Threads.Scope scope = Threads.use(threads)) {
      PrimitiveDesc desc = PrimitiveDesc.of(engine, operation, attributes);
      draft.parts.opened.add(desc);
      desc.adopt();
      return desc;
    }
  }

  /**
   * Adds the next step.
   *
   * @param name what it does, for listings
   * @param desc what to run
   * @param operands one for each argument but the scratchpad, of the descriptors that {@code desc}
   *     wants
   */
  public void add(String name, PrimitiveDesc desc, Map<Arg, Operand> operands) {
    requireOpen();
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(desc, "desc");
    Objects.requireNonNull(operands, "operands");
    if (desc.engine() != engine || desc.threads() != threads) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s: desc was made for %s and %d threads, the program has %d; take describe",
              name,
              desc.engine() == engine ? "this engine" : "another engine",
              desc.threads(),
              threads));
    }
    Map<Arg, MemoryDesc> wanted = new LinkedHashMap<>(desc.descs());
    wanted.remove(Arg.SCRATCHPAD);
    if (!wanted.keySet().equals(operands.keySet())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "step %s takes the arguments %s, given were %s",
              name,
              wanted.keySet(),
              operands.keySet()));
    }
    operands.forEach(
        (arg, operand) -> {
          if (operand == null || !Objects.equals(operand.desc(), wanted.get(arg))) {
            throw new IllegalArgumentException(
                String.format(
                    Locale.ROOT,
                    "step %s: argument %s must be %s, was %s",
                    name,
                    arg,
                    wanted.get(arg),
                    operand));
          }
          requireOwn(name, operand);
        });
    requireDisjoint(name, desc.operation(), operands);
    Primitive primitive = Primitive.of(desc);
    try {
      append(new PrimitiveStep(name, primitive, Map.copyOf(operands)));
    } catch (RuntimeException | Error e) {
      primitive.close();
      throw e;
    }
    primitive.adopt();
  }

  /**
   * Adds a step that Java computes, for what oneDNN has no primitive for. Runs with such a step
   * allocate objects, and can't be exported.
   *
   * @param name what it does, for listings
   * @param kind the operation, for listings
   * @param task the code, which may be called by several threads at once
   * @param reads what it gets
   * @param writes what it makes, apart from what it reads
   */
  public void addHost(
      String name, String kind, HostTask task, List<Operand> reads, List<Operand> writes) {
    requireOpen();
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(task, "task");
    HostStep step =
        new HostStep(name, kind, task, Checks.list("reads", reads), Checks.list("writes", writes));
    step.memory().forEach(operand -> requireOwn(name, operand));
    for (int i = 0; i < step.writes().size(); i++) {
      Operand written = step.writes().get(i);
      List<Operand> others = new ArrayList<>(step.reads());
      others.addAll(step.writes().subList(0, i));
      for (Operand other : others) {
        if (other.sharesBuffer(written)) {
          InPlace.requireDisjoint(
              String.format(Locale.ROOT, "step %s: written %s", name, written),
              written.offset(),
              written.desc(),
              other.toString(),
              other.offset(),
              other.desc());
        }
      }
    }
    append(step);
  }

  private void requireOwn(String step, Operand operand) {
    int index = operand.buffer().index();
    if (index >= buffers.size() || !buffers.get(index).equals(operand.buffer())) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "step %s: %s belongs to another program", step, operand));
    }
  }

  private void append(Step step) {
    if (lanes == null) {
      draft.parts.sections.add(new Section(List.of(List.of(step))));
    } else {
      lanes.get(lane).add(step);
    }
  }

  /** A step may write only where it does not read, element-wise operations aside. */
  private static void requireDisjoint(
      String step, Operation operation, Map<Arg, Operand> operands) {
    Operand dst = Objects.requireNonNull(operands.get(Arg.DST));
    operands.forEach(
        (arg, operand) -> {
          if (!arg.equals(Arg.DST)
              && operand.sharesBuffer(dst)
              && !(operand.offset() == dst.offset()
                  && InPlace.isAllowed(operation, arg, operand.desc(), dst.desc()))) {
            InPlace.requireDisjoint(
                String.format(Locale.ROOT, "step %s: dst %s", step, dst),
                dst.offset(),
                dst.desc(),
                arg + " " + operand,
                operand.offset(),
                operand.desc());
          }
        });
  }

  /**
   * Adds steps that run side by side, one thread for each lane. What a lane writes the others may
   * read only after all have ended.
   *
   * @param count lanes, 1 to 1024
   * @param steps called once for each lane, counted from 0, to add its steps in order
   */
  public void sideBySide(int count, IntConsumer steps) {
    requireOpen();
    Objects.requireNonNull(steps, "steps");
    if (count < 1 || count > MOST_LANES || lanes != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "count of lanes must be 1 to %d and not inside others, was %d",
              MOST_LANES,
              count));
    }
    lanes = new ArrayList<>();
    try {
      for (lane = 0; lane < count; lane++) {
        lanes.add(new ArrayList<>());
        steps.accept(lane);
      }
      if (lanes.stream().anyMatch(list -> !list.isEmpty())) { // or else nobody has to meet
        draft.parts.sections.add(new Section(lanes));
      }
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < lanes.size(); i++) {
        Section.closeSteps(lanes.get(i));
      }
      throw e;
    } finally {
      lanes = null;
    }
  }

  /**
   * Returns how many threads each primitive uses: fewer than asked for where OpenMP has a limit.
   */
  public int threads() {
    return threads;
  }

  /** Returns whether steps that are added now belong to one of several lanes. */
  public boolean isSideBySide() {
    return lanes != null;
  }

  /** Returns how many sections there are so far: stretches after which all threads meet. */
  public int sections() {
    return draft.parts.sections.size();
  }

  /**
   * Returns the program. The builder is of no use after that but to be closed.
   *
   * @throws DnnException with {@link Status#OUT_OF_MEMORY} if the program would take more than the
   *     limit
   */
  public Program build() {
    requireOpen();
    if (lanes != null) {
      throw new IllegalStateException("build() was called inside sideBySide");
    }
    List<Section> sections = List.copyOf(draft.parts.sections);
    BufferLayout layout = BufferLayout.of(buffers, sections);
    limit.requireProgram(layout, Program.lanesOf(sections));
    Program program =
        new Program(
            engine, threads, draft.parts.constants, draft.parts.shared, buffers, sections, layout);
    draft.parts.built = true; // the program owns the primitives
    return program;
  }

  /** Frees what was built only for this builder. */
  @Override
  public void close() {
    draft.close();
  }
}
