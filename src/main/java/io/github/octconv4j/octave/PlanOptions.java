package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.dnn.Threads;
import java.util.Objects;

/**
 * How a plan is to be built.
 *
 * @param type element type of tensors and weights inside, F32 or BF16; the caller's data may be of
 *     another and is then converted
 * @param fpMath arithmetic of F32 operations; {@link FpMath#BF16} says which processors gain
 * @param threads that a run uses, 1 to 1024; 1 is best where many callers run at once
 * @param tuning how a formulation is chosen
 * @param choices where measured choices are kept
 */
public record PlanOptions(
    DataType type, FpMath fpMath, int threads, Tuning tuning, PlanChoices choices) {
  /** F32 on one thread, measured, choices kept in memory for the life of the process. */
  public static final PlanOptions DEFAULT =
      new PlanOptions(DataType.F32, FpMath.STRICT, 1, Tuning.MEASURED, PlanChoices.inMemory());

  /** Checks the values. */
  public PlanOptions {
    Objects.requireNonNull(fpMath, "fpMath");
    Objects.requireNonNull(tuning, "tuning");
    Objects.requireNonNull(choices, "choices");
    if (type != DataType.F32 && type != DataType.BF16) {
      throw new IllegalArgumentException("type must be F32 or BF16, was " + type);
    }
    Threads.check(threads);
  }

  /** Returns these options with another element type. */
  public PlanOptions type(DataType value) {
    return new PlanOptions(value, fpMath, threads, tuning, choices);
  }

  /** Returns these options with another arithmetic. */
  public PlanOptions fpMath(FpMath value) {
    return new PlanOptions(type, value, threads, tuning, choices);
  }

  /** Returns these options with another number of threads. */
  public PlanOptions threads(int value) {
    return new PlanOptions(type, fpMath, value, tuning, choices);
  }

  /** Returns these options with another way to choose. */
  public PlanOptions tuning(Tuning value) {
    return new PlanOptions(type, fpMath, threads, value, choices);
  }

  /** Returns these options with another place for choices. */
  public PlanOptions choices(PlanChoices value) {
    return new PlanOptions(type, fpMath, threads, tuning, value);
  }
}
