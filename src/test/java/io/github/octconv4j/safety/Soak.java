package io.github.octconv4j.safety;

/**
 * How much the tests of docs/safety.md do: a little in each run of the tests, much with {@code
 * scripts/test --soak}. A property sets one count to anything else, for instance {@code
 * -Doctconv4j.soak.plans=1000}.
 */
public final class Soak {
  /** Set by {@code scripts/test --soak}. */
  static final boolean IS_ON = Boolean.getBoolean("octconv4j.soak");

  private Soak() {}

  /** Returns a count: one number for each run of the tests, another for the long version. */
  public static int count(String name, int always, int soak) {
    return Integer.getInteger("octconv4j.soak." + name, IS_ON ? soak : always);
  }

  /** Returns after how many minutes a child is killed. */
  public static int minutes(int always, int soak) {
    return count("minutes", always, soak);
  }
}
