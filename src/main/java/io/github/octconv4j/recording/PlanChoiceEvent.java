package io.github.octconv4j.recording;

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
public final class PlanChoiceEvent extends Event {
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

  private PlanChoiceEvent() {}

  /** Returns an event that has begun. */
  public static PlanChoiceEvent begun() {
    PlanChoiceEvent event = new PlanChoiceEvent();
    event.begin();
    return event;
  }

  /**
   * Ends and records the event.
   *
   * @param key convolution, layouts and options
   * @param dtype element type inside
   * @param chosen formulation
   * @param how OFF, HEURISTIC, MEASURED or KEPT
   * @param ofPossible how many formulations there were to choose from
   * @param ofTimed how many of them were run
   */
  public void commit(
      Supplier<String> key,
      String dtype,
      Supplier<String> chosen,
      String how,
      int ofPossible,
      int ofTimed) {
    end();
    if (shouldCommit()) {
      plan = key.get();
      type = dtype;
      formulation = chosen.get();
      way = how;
      possible = ofPossible;
      timed = ofTimed;
      commit();
    }
  }
}
