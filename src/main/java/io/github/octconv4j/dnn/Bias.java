package io.github.octconv4j.dnn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What operations with weights share: a bias that need not be there. */
final class Bias {
  private Bias() {}

  static Map<Arg, MemoryDesc> descs(
      MemoryDesc src, MemoryDesc weights, @Nullable MemoryDesc bias, MemoryDesc dst) {
    Map<Arg, MemoryDesc> descs = new LinkedHashMap<>();
    descs.put(Arg.SRC, src);
    descs.put(Arg.WEIGHTS, weights);
    if (bias != null) {
      descs.put(Arg.BIAS, bias);
    }
    descs.put(Arg.DST, dst);
    return Collections.unmodifiableMap(descs);
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
