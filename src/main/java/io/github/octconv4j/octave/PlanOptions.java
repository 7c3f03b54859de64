package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.dnn.Threads;
import java.util.Locale;
import java.util.Objects;

/**
 * How a plan is to be built.
 *
 * @param type element type of tensors and weights inside, F32 or BF16; the caller's data may be of
 *     another and is then converted. Where the processor can't compute in BF16, making a layer or
 *     predictor is refused; see {@link #fastest}
 * @param fpMath arithmetic of F32 operations; {@link FpMath#BF16} says which processors gain
 * @param threads that a run uses, 1 to 1024; 1 is best where many callers run at once
 * @param tuning how a formulation is chosen
 * @param choices where measured choices are kept
 * @param memoryLimit most bytes that one plan may take with one execution, and that its results may
 *     take: a size that needs more is refused before memory is taken. Measuring takes no more,
 *     inputs included; where that is too little to run anything, the cost model chooses. Plans that
 *     a layer or network keeps take no more together either, but for the one used last
 * @param progress is told how far a network's measurements are; no part of what a plan is
 * @since 0.1.0
 */
public record PlanOptions(
    DataType type,
    FpMath fpMath,
    int threads,
    Tuning tuning,
    PlanChoices choices,
    long memoryLimit,
    PlanProgress progress) {
  /**
   * F32 on one thread, formulations by the cost model, choices of measurements kept in memory for
   * the life of the process, at most 16 GiB.
   */
  public static final PlanOptions DEFAULT =
      new PlanOptions(
          DataType.F32,
          FpMath.STRICT,
          1,
          Tuning.HEURISTIC,
          PlanChoices.inMemory(),
          16L << 30,
          PlanProgress.NONE);

  /** Checks the values. */
  public PlanOptions {
    Objects.requireNonNull(fpMath, "fpMath");
    Objects.requireNonNull(tuning, "tuning");
    Objects.requireNonNull(choices, "choices");
    Objects.requireNonNull(progress, "progress");
    if (type != DataType.F32 && type != DataType.BF16) {
      throw new IllegalArgumentException("type must be F32 or BF16, was " + type);
    }
    Threads.check(threads);
    if (memoryLimit < 1) {
      throw new IllegalArgumentException("memoryLimit must be at least 1, was " + memoryLimit);
    }
  }

  /**
   * Returns {@link #DEFAULT} in the type that is fastest on this processor, which {@link #type}
   * then tells: BF16 where the processor has its arithmetic, else F32; see {@link
   * CpuIsa#fastestType}. One line for a fleet of different processors, where results may differ
   * between them by what BF16 loses.
   *
   * <p>BF16 has 8 significant bits, a rounding error of 2<sup>-9</sup> of each value, where F32 has
   * 24; sums are formed in F32. Over the case files of this project the largest difference is 3e-2
   * in outputs of up to several units, and always within 2e-2 of the largest output; logits of
   * networks of 50 layers stay within 8e-2 of the largest. docs/performance.md has the figures.
   */
  public static PlanOptions fastest() {
    return DEFAULT.type(CpuIsa.fastestType());
  }

  /** Returns these options with another element type. */
  public PlanOptions type(DataType value) {
    return new PlanOptions(value, fpMath, threads, tuning, choices, memoryLimit, progress);
  }

  /** Returns these options with another arithmetic. */
  public PlanOptions fpMath(FpMath value) {
    return new PlanOptions(type, value, threads, tuning, choices, memoryLimit, progress);
  }

  /** Returns these options with another number of threads. */
  public PlanOptions threads(int value) {
    return new PlanOptions(type, fpMath, value, tuning, choices, memoryLimit, progress);
  }

  /** Returns these options with another way to choose. */
  public PlanOptions tuning(Tuning value) {
    return new PlanOptions(type, fpMath, threads, value, choices, memoryLimit, progress);
  }

  /** Returns these options with another place for choices. */
  public PlanOptions choices(PlanChoices value) {
    return new PlanOptions(type, fpMath, threads, tuning, value, memoryLimit, progress);
  }

  /** Returns these options with another limit of memory, in bytes. */
  public PlanOptions memoryLimit(long bytes) {
    return new PlanOptions(type, fpMath, threads, tuning, choices, bytes, progress);
  }

  /** Returns these options with someone else to be told how far measurements are. */
  public PlanOptions progress(PlanProgress value) {
    return new PlanOptions(type, fpMath, threads, tuning, choices, memoryLimit, value);
  }

  /** Returns for instance {@code f32, 1 thread, heuristic}. */
  @Override
  public String toString() {
    String arithmetic = fpMath == FpMath.STRICT ? "" : " with " + fpMath;
    String counted = threads == 1 ? " thread" : " threads";
    return (type + arithmetic + ", " + threads + counted + ", " + tuning).toLowerCase(Locale.ROOT);
  }
}
