package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.octave.Plan;

/**
 * A graph compiled for sizes, shared by its runners.
 *
 * @param compiled closed with this
 */
record GraphPlan(CompiledGraph compiled) implements Plan {
  /** The memory of one runner; the weights are the network's, however many plans read them. */
  @Override
  public long bytes() {
    return compiled.program().temporaryBytes();
  }

  @Override
  public void close() {
    compiled.close();
  }
}
