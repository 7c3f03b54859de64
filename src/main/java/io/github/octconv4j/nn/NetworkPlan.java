package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.octave.Formulation;
import io.github.octconv4j.octave.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A network compiled for one batch size. Immutable, shared by predictors. */
final class NetworkPlan implements Plan {
  private final Program program;
  private final Operand input;
  private final Operand output;
  private final Map<String, Operand> traces;
  private final List<Span> spans;

  /**
   * The sections of a program that belong to a layer.
   *
   * @param name of the layer
   * @param node the layer
   * @param first its first section
   * @param end the section after its last one
   * @param formulation of a convolution that has one of its own, else null
   * @param shared whether each thread makes a part of the output's channels instead
   */
  record Span(
      String name,
      Node node,
      int first,
      int end,
      @Nullable Formulation formulation,
      boolean shared) {
    /** How the layer is put together, for listings; empty where there is but one way. */
    String how() {
      if (shared) {
        return "nhwc, threads channels";
      }
      return formulation == null ? "" : formulation.toString();
    }
  }

  NetworkPlan(
      Program program,
      Operand input,
      Operand output,
      Map<String, Operand> traces,
      List<Span> spans) {
    this.program = program;
    this.input = input;
    this.output = output;
    this.traces = new LinkedHashMap<>(traces);
    this.spans = List.copyOf(spans);
  }

  Program program() {
    return program;
  }

  /** The images, (n, c, h, w) floats with channels innermost. */
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

  List<Span> spans() {
    return spans;
  }

  /** The memory of one predictor; the weights are the network's, however many plans read them. */
  @Override
  public long bytes() {
    return program.temporaryBytes();
  }

  @Override
  public void close() {
    program.close();
  }
}
