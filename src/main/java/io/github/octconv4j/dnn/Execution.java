package io.github.octconv4j.dnn;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.FlightRecorder;
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
  private final Assembly assembly;
  private final Bindings bindings;
  private final Lanes lanes;
  private final String name;
  private @Nullable ExecutionEvent event; // made when something records first
  private PrimitiveEvent @Nullable [][][] primitiveEvents; // made when a recording wants them first
  private final AtomicBoolean running = new AtomicBoolean();

  private Execution(Program program, String name, Assembly assembly, Runnable freed) {
    super(MemorySegment.NULL, ignored -> free(assembly, freed), program);
    try {
      this.program = program;
      this.name = name;
      this.assembly = assembly;
      this.bindings = new Bindings(name, program.buffers(), assembly);
      this.lanes =
          new Lanes(assembly.stream(), assembly.sections(), program.threads(), bindings.holds());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Makes an execution.
   *
   * @param freed called once, when it is destroyed or could not be made
   */
  static Execution of(Program program, String name, Runnable freed) {
    Assembly assembly;
    try {
      assembly = new Assembly(program);
    } catch (RuntimeException | Error e) {
      freed.run();
      throw e;
    }
    return new Execution(program, name, assembly, freed);
  }

  private static void free(Assembly assembly, Runnable freed) {
    try {
      assembly.close();
    } finally {
      freed.run();
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
    if (!isClosed() && bindings.isBound(operand.buffer(), tensor)) {
      return;
    }
    bindings.requireFit(operand, tensor);
    enter();
    try {
      bindings.bind(operand.buffer(), tensor.segment());
    } finally {
      exit();
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
      bindings.requireGiven(operand);
      Tensor tensor = assembly.allocate(operand.buffer().desc());
      bind(operand, tensor);
      return tensor;
    } finally {
      release();
    }
  }

  /**
   * Forgets the tensors: they are not kept reachable any more, and must be bound again for the next
   * run.
   */
  public void unbind() {
    enter();
    try {
      bindings.clear();
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
      bindings.requireReady();
      ExecutionEvent wanted = FlightRecorder.isInitialized() ? wantedEvent() : null;
      if (wanted == null) {
        lanes.run(program.lanes(), null);
      } else {
        wanted.begin();
        lanes.run(program.lanes(), wantedEvents());
        wanted.end(); // or else it would keep the duration of the run before
        wanted.commit();
      }
    } catch (IllegalStateException e) {
      throw bindings.explained(e);
    } finally {
      Reference.reachabilityFence(bindings);
    }
  }

  /**
   * The event of a run; the classes of events are loaded where something records, and not before.
   */
  private ExecutionEvent wantedEvent() {
    ExecutionEvent made = event;
    if (made == null) {
      made = ExecutionEvent.of(name, program);
      event = made;
    }
    return made;
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
      ProgramFile.write(program, bindings.segments(), assembly, out);
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
      bindings.requireReady();
      return lanes.profile(runs);
    } catch (IllegalStateException e) {
      throw bindings.explained(e);
    } finally {
      Reference.reachabilityFence(bindings);
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
      bindings.requireReady();
      return lanes.profileSections(program.lanes(), runs);
    } catch (IllegalStateException e) {
      throw bindings.explained(e);
    } finally {
      Reference.reachabilityFence(bindings);
      exit();
    }
  }

  private static void requireRuns(int runs) {
    if (runs < 1 || runs > MOST_RUNS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "runs must be 1 to %d, was %d", MOST_RUNS, runs));
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
