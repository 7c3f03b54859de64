package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.octave.Activation;
import org.jspecify.annotations.Nullable;

/** What oneDNN calls the functions that are applied to outputs. */
final class Activations {
  private Activations() {}

  /** The function of oneDNN, null for none. */
  private static PostOps.@Nullable Eltwise function(Activation activation) {
    return switch (activation) {
      case NONE -> null;
      case RELU -> new PostOps.Eltwise(Algorithm.ELTWISE_RELU, 0, 0);
      case RELU6 -> new PostOps.Eltwise(Algorithm.ELTWISE_CLIP, 0, 6);
      case SILU -> new PostOps.Eltwise(Algorithm.ELTWISE_SWISH, 1, 0);
      case SIGMOID -> new PostOps.Eltwise(Algorithm.ELTWISE_LOGISTIC, 0, 0);
      case TANH -> new PostOps.Eltwise(Algorithm.ELTWISE_TANH, 0, 0);
      case HARD_SIGMOID -> new PostOps.Eltwise(Algorithm.ELTWISE_HARDSIGMOID, 1 / 6f, 0.5f);
      case HARD_SWISH -> new PostOps.Eltwise(Algorithm.ELTWISE_HARDSWISH, 1 / 6f, 0.5f);
    };
  }

  /** The post-ops and then the activation. */
  static PostOps after(PostOps postOps, Activation activation) {
    PostOps.Eltwise function = function(activation);
    return function == null ? postOps : postOps.and(function);
  }

  /** An activation, which must not be none, as an operation of its own, in place. */
  static Eltwise on(MemoryDesc desc, Activation activation) {
    PostOps.Eltwise function = function(activation);
    if (function == null) {
      throw new IllegalStateException("no activation, no operation");
    }
    return new Eltwise(function.algorithm(), desc, desc, function.alpha(), function.beta());
  }
}
