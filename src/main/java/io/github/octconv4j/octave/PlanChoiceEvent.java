package io.github.octconv4j.octave;

import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A planner chose a formulation of a layer. */
@Name("io.github.octconv4j.PlanChoice")
@Label("Plan Choice")
@Description("A planner chose a formulation of a layer; the duration includes building and timing")
@Category("octconv4j")
final class PlanChoiceEvent extends Event {
  @Label("Plan")
  @Description("Convolution, layouts and options")
  @Nullable String plan;

  @Label("Type")
  @Description("Element type of tensors and weights inside")
  @Nullable String type;

  @Label("Formulation")
  @Nullable String formulation;

  @Label("Way")
  @Description("OFF, HEURISTIC, MEASURED, or KEPT for a choice that was measured before")
  @Nullable String way;

  @Label("Possible")
  @Description("How many formulations there were to choose from")
  int possible;

  @Label("Timed")
  @Description("How many of them were run")
  int timed;

  /** Returns an event that begins now. */
  static PlanChoiceEvent begun() {
    PlanChoiceEvent event = new PlanChoiceEvent();
    event.begin();
    return event;
  }

  /** Ends and records the event. */
  void commit(
      Supplier<String> key,
      PlanOptions options,
      OctavePlan chosen,
      String how,
      int ofPossible,
      int ofTimed) {
    end();
    if (shouldCommit()) {
      plan = key.get();
      type = options.type().name();
      formulation = chosen.formulation().toString();
      way = how;
      possible = ofPossible;
      timed = ofTimed;
      commit();
    }
  }
}
