package io.github.octconv4j.dnn;

import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * A run of a program. One object serves all runs of an {@link Execution}, so that recording them
 * allocates nothing either.
 */
@Name("io.github.octconv4j.Execution")
@Label("Execution")
@Description("A layer or network ran; the default threshold leaves out what takes less than 10 ms")
@Category("octconv4j")
@StackTrace(false)
@Threshold("10 ms")
final class ExecutionEvent extends Event {
  @Label("Program")
  @Description("The network's name, or the layer's kernel and channels")
  @Nullable String program;

  @Label("Input")
  @Description("Name, type, size and layout of each input")
  @Nullable String input;

  @Label("Types")
  @Description("Element types of the weights, which the program computes in")
  @Nullable String types;

  @Label("Threads")
  @Description("Most threads that work on the run at once")
  int threads;

  @Label("Primitives")
  int primitives;

  static ExecutionEvent of(String name, Program program) {
    ExecutionEvent event = new ExecutionEvent();
    event.program = name;
    event.input = inputs(program.buffers());
    event.types = types(program.sections());
    event.threads = program.lanes() * program.threads();
    event.primitives = program.sections().stream().mapToInt(s -> s.steps().size()).sum();
    return event;
  }

  private static String types(List<Section> sections) {
    return sections.stream()
        .flatMap(section -> section.steps().stream())
        .map(Step::weightsType)
        .filter(type -> !type.isEmpty())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String inputs(List<Buffer> buffers) {
    return buffers.stream()
        .filter(buffer -> buffer.role() == Buffer.Role.INPUT)
        .map(buffer -> buffer.name() + " " + buffer.desc())
        .collect(Collectors.joining(", "));
  }
}
