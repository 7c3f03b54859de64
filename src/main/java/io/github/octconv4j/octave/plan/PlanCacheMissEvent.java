package io.github.octconv4j.octave.plan;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A plan was not in a cache and was made; the duration is what that took, measuring included. */
@Name("io.github.octconv4j.PlanCacheMiss")
@Label("Plan Cache Miss")
@Description("A plan was not in a cache and was made")
@Category("octconv4j")
final class PlanCacheMissEvent extends Event {
  @Label("Cache")
  @Nullable String cache;

  @Label("Key")
  @Description("Sizes, layouts and options of the plan")
  @Nullable String key;

  @Label("Succeeded")
  boolean succeeded;

  /** Returns an event that begins now. */
  static PlanCacheMissEvent begun() {
    PlanCacheMissEvent event = new PlanCacheMissEvent();
    event.begin();
    return event;
  }

  /** Ends and records the event. */
  void commit(String inCache, Object forKey, boolean success) {
    end();
    if (shouldCommit()) {
      cache = inCache;
      key = forKey.toString();
      succeeded = success;
      commit();
    }
  }
}
