package io.github.octconv4j.octave;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** One formulation of a layer was put together: primitives created, weights reordered. */
@Name("io.github.octconv4j.PlanBuild")
@Label("Plan Build")
@Description("One formulation of a layer was put together: primitives created, weights reordered")
@Category("octconv4j")
final class PlanBuildEvent extends Event {
  @Label("Convolution")
  @Nullable String convolution;

  @Label("Input")
  @Nullable String input;

  @Label("Type")
  @Description("Element type of tensors and weights inside")
  @Nullable String type;

  @Label("Formulation")
  @Nullable String formulation;

  @Label("Primitives")
  int primitives;

  @Label("Reference Implementations")
  @Description("Primitives for which oneDNN has a slow reference implementation only")
  long references;

  @Label("Multiply-adds")
  long multiplyAdds;

  /** Returns an event that begins now. */
  static PlanBuildEvent begun() {
    PlanBuildEvent event = new PlanBuildEvent();
    event.begin();
    return event;
  }

  /** Ends and records the event. */
  void commit(OctaveConv2d spec, OctaveDesc x, PlanOptions options, OctavePlan plan) {
    end();
    if (shouldCommit()) {
      convolution = spec.toString();
      input = x.toString();
      type = options.type().name();
      formulation = plan.formulation().toString();
      primitives = plan.steps().size();
      references = plan.program().references().size();
      multiplyAdds = plan.multiplyAdds();
      commit();
    }
  }
}
