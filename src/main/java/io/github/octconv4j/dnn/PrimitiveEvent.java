package io.github.octconv4j.dnn;

import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * A primitive ran as a step of a program. One object serves all runs of the step in an {@link
 * Execution}.
 */
@Name("io.github.octconv4j.Primitive")
@Label("Primitive")
@Description("A primitive of oneDNN ran as a step of a layer or network; off by default")
@Category("octconv4j")
@StackTrace(false)
@Enabled(false)
final class PrimitiveEvent extends Event {
  private static final PrimitiveEvent PROBE = new PrimitiveEvent();

  @Label("Program")
  @Description("As in the Execution event")
  @Nullable String program;

  @Label("Index")
  @Description("Of the step in the program, counted from 0, lane by lane in each section")
  int index;

  @Label("Step")
  @Description("What it does there")
  @Nullable String step;

  @Label("Operation")
  @Description("oneDNN's name of the operation, with what rides along")
  @Nullable String operation;

  @Label("Implementation")
  @Description("oneDNN's name of the implementation; one that begins with ref is slow")
  @Nullable String implementation;

  @Label("Source")
  @Description("Name, type, size and layout")
  @Nullable String source;

  @Label("Weights")
  @Description("Type, size and layout; none where the operation has no weights")
  @Nullable String weights;

  @Label("Destination")
  @Description("Name, type, size and layout")
  @Nullable String destination;

  @Label("Multiply-adds")
  long multiplyAdds;

  @Label("Bytes Read")
  @DataAmount
  long bytesRead;

  @Label("Bytes Written")
  @DataAmount
  long bytesWritten;

  /** Whether a recording wants primitives. */
  static boolean isWanted() {
    return PROBE.isEnabled();
  }

  /** The events of a program's steps, by section and lane as the steps are. */
  static PrimitiveEvent[][][] of(String name, Program program) {
    int index = 0;
    PrimitiveEvent[][][] all = new PrimitiveEvent[program.sections().size()][][];
    for (int s = 0; s < all.length; s++) {
      List<List<Step>> lanes = program.sections().get(s).lanes();
      all[s] = new PrimitiveEvent[lanes.size()][];
      for (int l = 0; l < all[s].length; l++) {
        List<PrimitiveEvent> events = new ArrayList<>();
        for (Step step : lanes.get(l)) {
          events.add(of(name, index++, step.info()));
        }
        all[s][l] = events.toArray(PrimitiveEvent[]::new);
      }
    }
    return all;
  }

  private static PrimitiveEvent of(String name, int index, StepInfo info) {
    PrimitiveEvent event = new PrimitiveEvent();
    event.program = name;
    event.index = index;
    event.step = info.name();
    event.operation = (info.kind() + " " + info.postOps()).strip();
    event.implementation = info.implementation();
    event.source = info.sources();
    event.weights = info.operands().get("weights");
    event.destination = info.operands().get("dst");
    event.multiplyAdds = info.multiplyAdds();
    event.bytesRead = info.bytesRead();
    event.bytesWritten = info.bytesWritten();
    return event;
  }
}
