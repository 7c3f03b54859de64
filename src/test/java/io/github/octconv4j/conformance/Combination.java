package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

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
    Map<Arg, MemoryDesc> descs = operation.descs();
    String text =
        descs.keySet().stream()
            .map(arg -> arg + " " + descs.get(arg))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%s%s {%s} post-ops %s, %d threads, %s, %s",
        operation.kind(),
        attributes.postOps(),
        text,
        attributes.postOps().list(),
        threads,
        atEnd ? "ends at a guard" : "begins at a guard",
        aligned ? "aligned" : "not aligned");
  }
}
