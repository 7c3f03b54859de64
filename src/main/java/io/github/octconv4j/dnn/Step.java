package io.github.octconv4j.dnn;

import java.util.Collection;

/** One step of a {@link Program}. */
sealed interface Step permits PrimitiveStep, HostStep {
  /** What it does there, for listings. */
  String name();

  /** All that it reads and writes, the scratchpad aside. */
  Collection<Operand> memory();

  /** The element types of its weights, empty where it has none. */
  String weightsType();

  /** What it runs, for listings. */
  StepInfo info();

  /** Multiply-adds of one run. */
  long multiplyAdds();

  /** Bytes of working memory. */
  long scratchpadBytes();

  /** Frees what it runs. */
  void close();
}
