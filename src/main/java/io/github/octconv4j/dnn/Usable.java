package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Says of a caller's memory whose it is and what to do, where it can't be used any more. */
final class Usable {
  private Usable() {}

  /** Throws if the calling thread may not touch the data of a tensor, or it is gone. */
  static void require(MemorySegment data, MemoryDesc desc) {
    require(data, desc, "", "");
  }

  /**
   * Throws if the calling thread may not touch the data of a tensor, or it is gone. Asked before
   * each run, and where a run failed: another thread may have closed an arena meanwhile.
   *
   * @param name of the tensor, for the message; empty where the caller has it in hand
   * @param of what it is a tensor
   */
  static void require(MemorySegment data, MemoryDesc desc, Object name, Object of) {
    boolean alive = data.scope().isAlive();
    if (!alive || !data.isAccessibleBy(Thread.currentThread())) {
      String whose = name.equals("") ? "" : String.format(Locale.ROOT, "%s of %s: ", name, of);
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              alive
                  ? "%sthe memory of %s belongs to a confined arena of another thread; take Arena.ofShared(), or use it on the thread that opened the arena"
                  : "%sthe memory of %s was freed: its arena is closed; keep the arena open until the last use has ended, and take a tensor of an open one",
              whose,
              desc));
    }
  }
}
