package io.github.octconv4j.spark;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.octave.PlanOptions;

/** The type that a network computes in. */
enum ElementType {
  /** 32 bits, the same results on every processor but for rounding. */
  F32,
  /** BF16, refused by processors that can't compute in it. */
  BF16,
  /** BF16 on executors whose processor has its arithmetic, else F32. */
  AUTO;

  PlanOptions options(int threads) {
    return switch (this) {
      case F32 -> PlanOptions.DEFAULT.type(DataType.F32).threads(threads);
      case BF16 -> PlanOptions.DEFAULT.type(DataType.BF16).threads(threads);
      case AUTO -> PlanOptions.fastest().threads(threads);
    };
  }
}
