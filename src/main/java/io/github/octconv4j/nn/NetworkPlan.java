package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.octave.Plan;
import java.util.LinkedHashMap;
import java.util.Map;

/** A network compiled for one batch size. Immutable, shared by predictors. */
final class NetworkPlan implements Plan {
  private final Program program;
  private final Operand input;
  private final Operand output;
  private final Map<String, Operand> traces;

  NetworkPlan(Program program, Operand input, Operand output, Map<String, Operand> traces) {
    this.program = program;
    this.input = input;
    this.output = output;
    this.traces = new LinkedHashMap<>(traces);
  }

  Program program() {
    return program;
  }

  /** The images, (n, c, h, w) floats. */
  Operand input() {
    return input;
  }

  /** The result of the last layer, (n, classes, 1, 1) floats. */
  Operand output() {
    return output;
  }

  /** What layers gave, by the layer's name with {@code .h} or {@code .l}. */
  Map<String, Operand> traces() {
    return traces;
  }

  @Override
  public long bytes() {
    return program.constantBytes() + program.temporaryBytes();
  }

  @Override
  public void close() {
    program.close();
  }
}
