package io.github.octconv4j.dnn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operations with weights share: a bias that need not be there. */
final class Bias {
  private Bias() {}

  static List<Arg> arguments(@Nullable MemoryDesc bias) {
    return bias == null
        ? List.of(Arg.SRC, Arg.WEIGHTS, Arg.DST)
        : List.of(Arg.SRC, Arg.WEIGHTS, Arg.BIAS, Arg.DST);
  }

  /**
   * Refuses a bias with gaps: where channels are padded, oneDNN copies it as if it had none and
   * then reads with its stride, beyond the copy ({@code wants_padded_bias} of its convolutions).
   */
  static void requireDense(@Nullable MemoryDesc bias) {
    if (bias != null && !bias.isAny() && !bias.has(FormatTag.A)) {
      throw new IllegalArgumentException("bias must have its values side by side, was " + bias);
    }
  }
}
