package io.github.octconv4j.recording;

import io.github.octconv4j.dnn.Program;
import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A layer or a network was put together: primitives created, weights reordered. */
@Name("io.github.octconv4j.PlanBuild")
@Label("Plan Build")
@Description("A layer or a network was put together: primitives created, weights reordered")
@Category("octconv4j")
public final class PlanBuildEvent extends Event {
  @Label("Convolution")
  @Description("Or the name of a network")
  @Nullable String convolution;

  @Label("Input")
  @Nullable String input;

  @Label("Type")
  @Description("Element type of tensors and weights inside")
  @Nullable String type;

  @Label("Formulation")
  @Description("Of a layer; those of a network's layers are in its Plan Choice events")
  @Nullable String formulation;

  @Label("Primitives")
  int primitives;

  @Label("Reference Implementations")
  @Description("Primitives for which oneDNN has a slow reference implementation only")
  long references;

  @Label("Multiply-adds")
  long multiplyAdds;

  private PlanBuildEvent() {}

  /** Returns an event that has begun. */
  public static PlanBuildEvent begun() {
    PlanBuildEvent event = new PlanBuildEvent();
    event.begin();
    return event;
  }

  /**
   * Ends and records the event.
   *
   * @param what a convolution, or a network by its name
   * @param from descriptors of its inputs
   * @param dtype element type inside
   * @param how formulation of a layer, or null
   * @param program what was built
   */
  public void commit(
      Supplier<String> what,
      Supplier<String> from,
      String dtype,
      Supplier<@Nullable String> how,
      Program program) {
    end();
    if (shouldCommit()) {
      convolution = what.get();
      input = from.get();
      type = dtype;
      formulation = how.get();
      primitives = program.steps().size();
      references = program.references().size();
      multiplyAdds = program.multiplyAdds();
      commit();
    }
  }
}
