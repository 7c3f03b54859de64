package io.github.octconv4j.dnn;

/**
 * Asks whether the calling thread's stack has room for some more calls: for what must not be left
 * half done, because other threads wait for the rest.
 */
final class Headroom {
  private static final int CALLS = 100; // of some ten words each

  private Headroom() {}

  /**
   * Throws where the stack is almost used up.
   *
   * @throws StackOverflowError before anything was done
   */
  static void require() {
    descend(CALLS, 1, 2, 3);
  }

  /** Adds up its arguments so that they are needed after the call, and so is the frame. */
  private static long descend(int calls, long a, long b, long c) {
    return calls == 0 ? a : a + descend(calls - 1, b, c, a) + b + c;
  }
}
