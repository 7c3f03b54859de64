package io.github.octconv4j.graph.interpret;

import java.util.Arrays;

/**
 * The elements along one axis, for each place of the others.
 *
 * @param outer how many places the axes before have
 * @param length elements along the axis
 * @param inner how many places the axes behind have, and elements from one to the next
 */
record Lanes(int outer, int length, int inner) {
  static Lanes of(long[] dims, long axis) {
    int at = Index.axis(axis, dims.length);
    return new Lanes(
        Index.count(Arrays.copyOf(dims, at)),
        dims.length == 0 ? 1 : Math.toIntExact(dims[at]),
        dims.length == 0 ? 1 : Index.count(Arrays.copyOfRange(dims, at + 1, dims.length)));
  }

  /** Takes the number of a lane and the place of its first element. */
  interface Visitor {
    void visit(int lane, int first);
  }

  void forEach(Visitor visitor) {
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        visitor.visit(o * inner + i, o * length * inner + i);
      }
    }
  }
}
