package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;

/** A step with the memory of an execution. */
@FunctionalInterface
interface PreparedStep {
  /** Runs it; the caller keeps everything alive. */
  void execute(MemorySegment stream, Holds holds);
}
