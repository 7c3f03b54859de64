package io.github.octconv4j.bench.peers;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import java.io.PrintWriter;
import java.util.Locale;

/** Whether this library is measured in BF16 too: where the processor can compute in it. */
final class Bf16Column {
  private Bf16Column() {}

  static boolean isPossible() {
    try (Engine engine = Engine.cpu()) {
      return engine.supports(DataType.BF16);
    }
  }

  /** Prints a line where the column is left out. */
  static void sayIfImpossible(PrintWriter out) {
    if (!isPossible()) {
      out.printf(
          Locale.ROOT,
          "bf16 is left out: oneDNN has no convolution in it on this processor (%s)%n",
          CpuIsa.name());
      out.flush();
    }
  }
}
