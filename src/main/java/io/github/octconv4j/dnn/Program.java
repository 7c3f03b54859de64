package io.github.octconv4j.dnn;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A sequence of primitives over common buffers, prepared once and run many times. Immutable; any
 * number of threads may share it, each with an {@link Execution} of its own.
 *
 * @since 0.1.0
 */
public final class Program extends NativeHandle {
  private static final System.Logger LOGGER = System.getLogger(Program.class.getName());

  private final Engine engine;
  private final int threads;
  private final List<Buffer> buffers;
  private final List<Section> sections;
  private final int lanes;
  private final BufferLayout layout;
  private final long constantBytes;

  /** Takes over the primitives of the steps and retains the constants. */
  Program(
      Engine engine,
      int threads,
      Constants constants,
      Constants shared,
      List<Buffer> buffers,
      List<Section> sections,
      BufferLayout layout) {
    super(MemorySegment.NULL, ignored -> Section.closeAll(sections), engine, constants, shared);
    try {
      this.engine = engine;
      this.threads = threads;
      this.buffers = List.copyOf(buffers);
      this.sections = List.copyOf(sections);
      this.lanes = lanesOf(sections);
      this.layout = layout;
      this.constantBytes =
          buffers.stream()
              .filter(buffer -> buffer.role() == Buffer.Role.CONSTANT)
              .mapToLong(buffer -> buffer.desc().bytes())
              .sum();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Returns the memories, arguments and working memory for one thread at a time. */
  public Execution newExecution() {
    return newExecution("program");
  }

  /**
   * Returns the memories, arguments and working memory for one thread at a time.
   *
   * @param name what runs are called in flight recordings
   */
  public Execution newExecution(String name) {
    return newExecution(name, () -> {});
  }

  /**
   * Returns the memories, arguments and working memory for one thread at a time, and says when they
   * are freed: where the execution was closed and its last run has ended, where it was forgotten
   * and the garbage collector found it, or where it could not be made.
   *
   * @param name what runs are called in flight recordings
   * @param freed called once, on any thread; must not know the execution, nor throw, nor wait
   */
  public Execution newExecution(String name, Runnable freed) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(freed, "freed");
    try {
      retain(); // so that nothing is freed meanwhile
    } catch (IllegalStateException e) {
      freed.run();
      throw e;
    }
    try {
      return Execution.of(this, name, freed);
    } finally {
      release();
    }
  }

  /** Returns what each step runs, in order. */
  public List<StepInfo> steps() {
    return allSteps().map(Step::info).toList();
  }

  /**
   * Returns what the steps of some sections run, in order.
   *
   * @param firstSection counted from 0
   * @param endSection the one after the last
   * @throws IndexOutOfBoundsException if there are no such sections
   */
  public List<StepInfo> steps(int firstSection, int endSection) {
    if (firstSection < 0 || firstSection > endSection || endSection > sections.size()) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "firstSection and endSection must be 0 to %d in this order, were %d and %d",
              sections.size(),
              firstSection,
              endSection));
    }
    return sections.subList(firstSection, endSection).stream()
        .flatMap(section -> section.steps().stream())
        .map(Step::info)
        .toList();
  }

  /**
   * Returns the steps for which oneDNN has nothing but a slow reference implementation, each as
   * {@code name by implementation}.
   */
  public List<String> references() {
    List<String> references = new ArrayList<>();
    for (Section section : sections) {
      for (Step step : section.steps()) {
        if (step instanceof PrimitiveStep(String name, Primitive primitive, _)
            && primitive.desc().isReference()) {
          references.add(name + " by " + primitive.desc().implementation());
        }
      }
    }
    return List.copyOf(references);
  }

  /**
   * Logs a warning if there are {@link #references}: for whoever settles on this program.
   *
   * @param computed says what the program computes, for the message
   */
  public void warnOfReferences(Supplier<String> computed) {
    Objects.requireNonNull(computed, "computed");
    List<String> references = references();
    if (!references.isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          "oneDNN has nothing but slow reference implementations for {0} in the plan for {1}",
          references,
          computed.get());
    }
  }

  /** Returns the bytes of the constants, which exist once. */
  public long constantBytes() {
    return constantBytes;
  }

  /** Returns the bytes of temporaries and scratchpad, which each execution has. */
  public long temporaryBytes() {
    return layout.bytes() + lanes * layout.scratchpadBytes();
  }

  /** Returns the bytes of the temporaries alone, as they share memory. */
  public long activationBytes() {
    return layout.bytes();
  }

  /** Returns the bytes of the largest set of temporaries that one section needs at once. */
  public long largestLiveBytes() {
    return layout.largestLive();
  }

  /** Returns the multiply-adds of one run. */
  public long multiplyAdds() {
    return allSteps().mapToLong(Step::multiplyAdds).sum();
  }

  /** Returns the number of threads that each primitive uses. */
  public int threads() {
    return threads;
  }

  Engine engine() {
    return engine;
  }

  List<Buffer> buffers() {
    return buffers;
  }

  List<Section> sections() {
    return sections;
  }

  /** How many threads run side by side at most. */
  int lanes() {
    return lanes;
  }

  static int lanesOf(List<Section> sections) {
    return sections.stream().mapToInt(section -> section.lanes().size()).max().orElse(1);
  }

  private java.util.stream.Stream<Step> allSteps() {
    return sections.stream().flatMap(section -> section.steps().stream());
  }

  BufferLayout layout() {
    return layout;
  }

  @Override
  public String toString() {
    return "Program" + steps();
  }
}
