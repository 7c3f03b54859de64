package io.github.octconv4j.dnn;

import java.util.List;
import java.util.Map;

/**
 * What a primitive computes: an immutable value that checks its shapes when it is made. {@link
 * PrimitiveDesc#of} asks oneDNN for an implementation.
 *
 * @since 0.1.0
 */
public sealed interface Operation
    permits Binary,
        Concat,
        Convolution,
        Eltwise,
        InnerProduct,
        MatMul,
        Pooling,
        Reorder,
        Resampling,
        Softmax,
        Sum {

  /** Returns the operation's name in oneDNN, for instance {@code convolution}. */
  String kind();

  /**
   * Returns the arguments that a primitive of this operation takes; scratchpad, post-ops, scales
   * and zero points aside.
   */
  default List<Arg> arguments() {
    return List.copyOf(descs().keySet());
  }

  /**
   * Returns the descriptor of each argument as it was asked for, some of which may leave the layout
   * to oneDNN; in the order of {@link #arguments}.
   */
  Map<Arg, MemoryDesc> descs();

  /** Returns the multiply-adds of one run; 0 for what does not multiply. */
  default long multiplyAdds() {
    return 0;
  }
}
