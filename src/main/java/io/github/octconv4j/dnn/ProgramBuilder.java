package io.github.octconv4j.dnn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Puts a {@link Program} together: buffers first, then the steps that read and write them. Not
 * thread-safe. Close it in each case; what {@link #build} returned lives on.
 */
public final class ProgramBuilder implements AutoCloseable {
  private final Engine engine;
  private final int threadCount;
  private final Threads.Scope threads;
  private final Constants constants;
  private final boolean ownConstants;
  private final List<Buffer> buffers = new ArrayList<>();
  private final List<Tensor> constantData = new ArrayList<>();
  private final List<Section> sections = new ArrayList<>();
  private List<List<Step>> lanes; // of the section being built side by side, else null
  private int lane;
  private final List<PrimitiveDesc> opened = new ArrayList<>();
  private boolean built;
  private boolean closed;

  /**
   * Begins a program.
   *
   * @param threads how many threads each primitive uses, 1 to 1024
   */
  public ProgramBuilder(Engine engine, int threads) {
    this(engine, threads, null);
  }

  /**
   * Begins a program that shares constants with others.
   *
   * @param threads how many threads each primitive uses, 1 to 1024
   * @param shared where {@link #shared} looks for data and keeps them; null for this program alone
   */
  public ProgramBuilder(Engine engine, int threads, Constants shared) {
    this.threadCount = Threads.check(threads);
    engine.retain();
    this.engine = engine;
    this.ownConstants = shared == null;
    this.constants = ownConstants ? Constants.of(engine) : shared;
    constants.retain();
    this.threads = Threads.use(threads);
  }

  /** Adds memory that the caller provides for each run, and that steps read. */
  public Operand input(String name, MemoryDesc desc) {
    return buffer(name, Buffer.Role.INPUT, desc, null);
  }

  /** Adds memory that the caller provides for each run, and that steps write. */
  public Operand output(String name, MemoryDesc desc) {
    return buffer(name, Buffer.Role.OUTPUT, desc, null);
  }

  /**
   * Adds memory that each execution has, valid from the first step that writes it to the last use.
   */
  public Operand temporary(String name, MemoryDesc desc) {
    return buffer(name, Buffer.Role.TEMPORARY, desc, null);
  }

  /**
   * Adds data that the program keeps, such as weights: a copy of {@code value} in the layout that
   * the steps want.
   */
  public Operand constant(String name, MemoryDesc desc, Tensor value) {
    requireOpen();
    return buffer(name, Buffer.Role.CONSTANT, desc, constants.copy(desc, value));
  }

  /**
   * Adds data that this program and others keep once, in the layout that the steps want.
   *
   * @param name says what they are: equal names mean equal values
   * @param value called where they don't stand yet
   */
  public Operand shared(String name, MemoryDesc desc, Supplier<Tensor> value) {
    requireOpen();
    return buffer(name, Buffer.Role.CONSTANT, desc, constants.shared(name, desc, value));
  }

  private void requireOpen() {
    if (built || closed) {
      throw new IllegalStateException(
          built ? "build() was called before" : "ProgramBuilder is closed");
    }
  }

  private Operand buffer(String name, Buffer.Role role, MemoryDesc desc, Tensor data) {
    requireOpen();
    if (desc.isAny()) {
      throw new IllegalArgumentException(
          "buffer %s must have a layout, was %s".formatted(name, desc));
    }
    Buffer buffer = new Buffer(buffers.size(), name, role, desc);
    buffers.add(buffer);
    constantData.add(data);
    return new Operand(buffer, 0, desc);
  }

  /**
   * Asks for an implementation with this program's number of threads. The descriptor belongs to the
   * builder.
   */
  public PrimitiveDesc describe(Operation operation, Attributes attributes) {
    requireOpen();
    PrimitiveDesc desc = PrimitiveDesc.of(engine, operation, attributes);
    opened.add(desc);
    return desc;
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
    Map<Arg, MemoryDesc> wanted = new LinkedHashMap<>(desc.descs());
    wanted.remove(Arg.SCRATCHPAD);
    if (!wanted.keySet().equals(operands.keySet())) {
      throw new IllegalArgumentException(
          "step %s takes the arguments %s, given were %s"
              .formatted(name, wanted.keySet(), operands.keySet()));
    }
    operands.forEach(
        (arg, operand) -> {
          if (!operand.desc().equals(wanted.get(arg))) {
            throw new IllegalArgumentException(
                "step %s: argument %s must be %s, was %s"
                    .formatted(name, arg, wanted.get(arg), operand));
          }
          int index = operand.buffer().index();
          if (index >= buffers.size() || !buffers.get(index).equals(operand.buffer())) {
            throw new IllegalArgumentException(
                "step %s: %s belongs to another program".formatted(name, operand));
          }
        });
    Primitive primitive = Primitive.of(desc);
    Step step = new Step(name, primitive, Map.copyOf(operands));
    if (lanes == null) {
      sections.add(new Section(List.of(List.of(step))));
    } else {
      lanes.get(lane).add(step);
    }
  }

  /**
   * Adds steps that run side by side, one thread for each lane. What a lane writes the others may
   * read only after all have ended.
   *
   * @param count lanes, at least 1
   * @param steps called once for each lane, counted from 0, to add its steps in order
   */
  public void sideBySide(int count, IntConsumer steps) {
    if (count < 1 || lanes != null) {
      throw new IllegalArgumentException(
          "lanes must be at least 1 and not inside others, were " + count);
    }
    lanes = new ArrayList<>();
    try {
      for (lane = 0; lane < count; lane++) {
        lanes.add(new ArrayList<>());
        steps.accept(lane);
      }
      sections.add(new Section(lanes));
    } catch (RuntimeException | Error e) {
      lanes.forEach(list -> list.forEach(step -> step.primitive().close()));
      throw e;
    } finally {
      lanes = null;
    }
  }

  /** Returns how many threads each primitive uses. */
  public int threads() {
    return threadCount;
  }

  /** Returns whether steps that are added now belong to one of several lanes. */
  public boolean isSideBySide() {
    return lanes != null;
  }

  /** Returns how many sections there are so far: stretches after which all threads meet. */
  public int sections() {
    return sections.size();
  }

  /** Returns the program. The builder is of no use after that but to be closed. */
  public Program build() {
    requireOpen();
    built = true; // the program owns constants and primitives, even if it can't be made
    return new Program(
        engine, threadCount, constants, buffers, constantData, List.copyOf(sections));
  }

  /** Frees what was built only for this builder. Must be called on the thread that made it. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    opened.forEach(PrimitiveDesc::close); // primitives keep theirs
    if (!built) {
      sections.forEach(Section::close);
    }
    constants.release();
    if (ownConstants) {
      constants.close(); // the program keeps them
    }
    threads.close();
    engine.release();
  }
}
