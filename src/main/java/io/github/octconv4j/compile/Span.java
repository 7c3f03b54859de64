package io.github.octconv4j.compile;

import io.github.octconv4j.graph.Node;
import io.github.octconv4j.octave.plan.Formulation;
import org.jspecify.annotations.Nullable;

/**
 * The sections of a program that belong to a node.
 *
 * @param node the node
 * @param first its first section
 * @param end the section after its last one
 * @param formulation of an octave convolution that has one of its own, else null
 * @param shared whether each thread makes a part of the output's channels instead
 */
public record Span(
    Node node, int first, int end, @Nullable Formulation formulation, boolean shared) {
  /** How the node is put together, for listings; empty where there is but one way. */
  public String how() {
    if (shared) {
      return "nhwc, threads channels";
    }
    return formulation == null ? "" : formulation.toString();
  }
}
