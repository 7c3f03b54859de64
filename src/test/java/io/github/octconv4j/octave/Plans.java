package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.plan.CompiledLayer;
import io.github.octconv4j.octave.plan.Formulation;

/** Plans in a given formulation. */
final class Plans {
  private Plans() {}

  static OctavePlan plan(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options,
      Formulation formulation) {
    return new OctavePlan(compiled(engine, spec, weights, input, output, options, formulation));
  }

  static CompiledLayer compiled(
      Engine engine,
      OctaveConv2d spec,
      OctaveWeights weights,
      OctaveDesc input,
      OutputFormat output,
      PlanOptions options,
      Formulation formulation) {
    return CompiledLayer.build(
        engine, spec, weights.forPrograms(), Activation.NONE, input, output, options, formulation);
  }
}
