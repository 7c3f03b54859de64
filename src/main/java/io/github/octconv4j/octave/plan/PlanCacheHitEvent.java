package io.github.octconv4j.octave.plan;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A plan was found in a cache. */
@Name("io.github.octconv4j.PlanCacheHit")
@Label("Plan Cache Hit")
@Description("A plan was found in a cache, or another thread is building it")
@Category("octconv4j")
@StackTrace(false)
final class PlanCacheHitEvent extends Event {
  private static final PlanCacheHitEvent PROBE = new PlanCacheHitEvent();

  @Label("Cache")
  @Nullable String cache;

  @Label("Key")
  @Description("Sizes, layouts and options of the plan")
  @Nullable String key;

  /** Records a hit where that is asked for; allocates nothing where it is not. */
  static void record(String cache, Object key) {
    if (PROBE.isEnabled()) {
      PlanCacheHitEvent event = new PlanCacheHitEvent();
      event.cache = cache;
      event.key = key.toString();
      event.commit();
    }
  }
}
