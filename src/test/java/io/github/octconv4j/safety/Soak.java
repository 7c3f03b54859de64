package io.github.octconv4j.safety;

/** Whether the long versions of tests are wanted: {@code scripts/test --soak}. */
final class Soak {
  /** Set by {@code scripts/test --soak}. */
  static final boolean IS_ON = Boolean.getBoolean("octconv4j.soak");

  private Soak() {}

  /** One number for each run of the tests, another for the long version. */
  static int times(int always, int soak) {
    return IS_ON ? soak : always;
  }
}
