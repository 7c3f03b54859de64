package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.PostOps;

/** A function applied to both outputs, in the pass that writes them. */
public enum Activation {
  /** None. */
  NONE,
  /** {@code max(x, 0)}. */
  RELU;

  /** Returns the post-ops and then this. */
  PostOps after(PostOps postOps) {
    return switch (this) {
      case NONE -> postOps;
      case RELU -> postOps.relu();
    };
  }

  /** Returns this as an operation of its own, in place. */
  Eltwise on(MemoryDesc desc) {
    return switch (this) {
      case NONE -> throw new IllegalStateException("no activation, no operation");
      case RELU -> new Eltwise(Algorithm.ELTWISE_RELU, desc, desc, 0, 0);
    };
  }
}
