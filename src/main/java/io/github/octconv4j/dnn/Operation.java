package io.github.octconv4j.dnn;

import java.util.List;

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
        Pooling,
        Reorder,
        Resampling,
        Softmax,
        Sum {

  /** Returns the operation's name in oneDNN, for instance {@code convolution}. */
  String kind();

  /**
   * Returns the arguments that a primitive of this operation takes, scratchpad and post-ops aside;
   * a source and a destination where the operation does not say otherwise.
   */
  default List<Arg> arguments() {
    return List.of(Arg.SRC, Arg.DST);
  }

  /** Returns the descriptors of what is read and written, weights and bias aside. */
  List<MemoryDesc> tensors();

  /** Returns the multiply-adds of one run; 0 for what does not multiply. */
  default long multiplyAdds() {
    return 0;
  }

  /** Asks oneDNN for a primitive descriptor; everything was checked before. */
  int create(Creation creation);
}
