package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PostOps;
import java.util.List;
import java.util.Locale;

/**
 * One thing to be tried.
 *
 * @param operation with the layouts of its arguments
 * @param attributes with post-ops
 * @param threads of the primitive
 * @param atEnd whether memory ends at a page that may not be touched, or else begins after one
 * @param aligned whether addresses are multiples of 16 bytes, or else memory ends exactly there
 * @param seed of the values
 */
record Combination(
    Operation operation,
    Attributes attributes,
    int threads,
    boolean atEnd,
    boolean aligned,
    long seed) {
  /** Returns all in one line: what it would take to try it again by hand. */
  @Override
  public String toString() {
    StringBuilder operands = new StringBuilder();
    List<PostOps.PostOp> postOps = attributes.postOps().list();
    for (int i = 0; i < postOps.size(); i++) {
      if (postOps.get(i) instanceof PostOps.Binary binary) {
        operands.append(' ').append(Arg.postOp(i)).append(' ').append(binary.src1());
      }
    }
    return String.format(
        Locale.ROOT,
        "%s%s%s, %d threads, %s, %s",
        operation,
        attributes,
        operands,
        threads,
        atEnd ? "ends at a guard" : "begins at a guard",
        aligned ? "aligned" : "not aligned");
  }
}
