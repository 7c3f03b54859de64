package io.github.octconv4j.nn;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.Span;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network compiled for one batch size. Immutable, shared by predictors. */
final class NetworkPlan {
  private final Program program;
  private final Operand input;
  private final Operand output;
  private final Map<String, Operand> traces;
  private final List<Section> sections;

  /**
   * The sections of a program that belong to a layer.
   *
   * @param layer its name
   * @param first its first section
   * @param end the section after its last one
   * @param how it is put together; empty where there is but one way
   */
  record Section(String layer, int first, int end, String how) {}

  /**
   * Takes over what was compiled.
   *
   * @param traces what is kept on the way, by name
   * @param layers the layer of each node by the node's name; others are layers of their own
   */
  NetworkPlan(
      CompiledGraph compiled,
      Operand input,
      Operand output,
      Map<String, Operand> traces,
      Map<String, String> layers) {
    this.program = compiled.program();
    this.input = input;
    this.output = output;
    this.traces = new LinkedHashMap<>(traces);
    this.sections = sections(compiled.spans(), layers);
  }

  /** Neighbouring nodes of one layer are one. */
  private static List<Section> sections(List<Span> spans, Map<String, String> layers) {
    List<Section> sections = new ArrayList<>();
    for (Span span : spans) {
      String layer = layers.getOrDefault(span.node().name(), span.node().name());
      Section last = sections.isEmpty() ? null : sections.getLast();
      boolean empty = span.first() == span.end();
      if (last != null && last.layer().equals(layer)) {
        String how = last.how().isEmpty() ? span.how() : last.how();
        sections.set(sections.size() - 1, new Section(layer, last.first(), span.end(), how));
      } else if (!empty) {
        sections.add(new Section(layer, span.first(), span.end(), span.how()));
      }
    }
    return List.copyOf(sections);
  }

  Program program() {
    return program;
  }

  /** The images, (n, c, h, w) floats with channels innermost. */
  Operand input() {
    return input;
  }

  /** The result of the last layer, (n, classes, 1, 1) floats, or of other dimensions. */
  Operand output() {
    return output;
  }

  /** What was computed on the way, by the layer's name with {@code .h} or {@code .l}. */
  Map<String, Operand> traces() {
    return traces;
  }

  /** The layers that have steps, in order. */
  List<Section> sections() {
    return sections;
  }

  /** The memory of one predictor; the weights are the network's, however many plans read them. */
  long bytes() {
    return program.temporaryBytes();
  }

  void close() {
    program.close();
  }
}
