package io.github.octconv4j.safety;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.jspecify.annotations.Nullable;

/**
 * How much the tests of docs/safety.md do: a little in each run of the tests, much with {@code
 * scripts/test --soak}. A property sets one count to anything else, for instance {@code
 * -Doctconv4j.soak.plans=1000}.
 */
public final class Soak {
  /** Set by {@code scripts/test --soak}. */
  public static final boolean IS_ON = Boolean.getBoolean("octconv4j.soak");

  /** Drawn by {@code scripts/test --soak}, which prints it; 0 where all seeds are fixed. */
  private static final int SEED = Integer.getInteger("octconv4j.soak.seed", 0);

  /**
   * Whether oneDNN is capped. The same seeds run without a cap too, so that what draws at random
   * draws half as often here; see {@link #draws}.
   */
  static final boolean IS_CAPPED = isCapped(System.getenv("ONEDNN_MAX_CPU_ISA"));

  private Soak() {}

  static boolean isCapped(@Nullable String cap) {
    return cap != null && !cap.isBlank() && !cap.equals("ALL") && !cap.equals("DEFAULT");
  }

  /** Returns a seed: the fixed one in each run of the tests, another in each soak. */
  public static int seed(int fixed) {
    return SEED + fixed;
  }

  /** Gives the properties of a class, whose own seeds and tries are fixed, those of this run. */
  public static final class Seeds implements AroundPropertyHook {
    @Override
    public PropertyExecutionResult aroundProperty(
        PropertyLifecycleContext context, PropertyExecutor property) {
      if (IS_CAPPED && !IS_ON) {
        context.attributes().tries().ifPresent(t -> context.attributes().setTries((t + 1) / 2));
      }
      context
          .attributes()
          .seed() // which examples have not
          .ifPresent(
              fixed -> context.attributes().setSeed(String.valueOf(seed(Integer.parseInt(fixed)))));
      return property.execute();
    }

    @Override
    public PropagationMode propagateTo() {
      return PropagationMode.ALL_DESCENDANTS; // from the class to its properties
    }
  }

  /** Returns a count: one number for each run of the tests, another for the long version. */
  public static int count(String name, int always, int soak) {
    return Integer.getInteger("octconv4j.soak." + name, IS_ON ? soak : always);
  }

  /**
   * Returns how often something is drawn at random: as {@link #count}, but half as often in the
   * short version under a cap of the instruction set.
   */
  public static int draws(String name, int always, int soak) {
    return count(name, IS_CAPPED ? (always + 1) / 2 : always, soak);
  }

  /** Returns after how many minutes a child is killed. */
  public static int minutes() {
    return count("minutes", 10, 30);
  }
}
