package io.github.octconv4j.dnn;

import io.github.octconv4j.text.Checks;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a step of a {@link Program} runs, for listings.
 *
 * @param name what the step does in the program
 * @param kind oneDNN's name of the operation
 * @param implementation oneDNN's name of the implementation
 * @param reference whether that is a slow reference implementation
 * @param postOps what rides along, for instance {@code +sum+relu}, and which arguments have scales
 *     and zero points
 * @param operands the buffer and descriptor of each argument, by name
 * @param multiplyAdds multiply-adds of one run
 * @param bytesRead bytes of all elements that one run reads: sources, weights, bias, and the
 *     destination where a sum adds to it
 * @param bytesWritten bytes of all elements that one run writes
 * @since 0.1.0
 */
public record StepInfo(
    String name,
    String kind,
    String implementation,
    boolean reference,
    String postOps,
    Map<String, String> operands,
    long multiplyAdds,
    long bytesRead,
    long bytesWritten) {
  /** Checks and copies the operands. */
  public StepInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(implementation, "implementation");
    Objects.requireNonNull(postOps, "postOps");
    Checks.entries("operands", operands);
    operands = Collections.unmodifiableMap(new TreeMap<>(operands));
  }

  static StepInfo of(PrimitiveStep step) {
    PrimitiveDesc desc = step.desc();
    Map<String, String> operands = new TreeMap<>();
    long read = 0;
    long written = 0;
    for (Map.Entry<Arg, Operand> entry : step.operands().entrySet()) {
      MemoryDesc memory = entry.getValue().desc();
      long bytes = memory.elements() * memory.type().bytes();
      boolean destination = entry.getKey().equals(Arg.DST);
      if (destination) {
        written += bytes;
      }
      if (!destination || desc.attributes().postOps().readDestination()) {
        read += bytes;
      }
      operands.put(entry.getKey().toString(), entry.getValue().toString());
    }
    return new StepInfo(
        step.name(),
        desc.operation().kind(),
        desc.implementation(),
        desc.isReference(),
        desc.attributes().toString(),
        operands,
        desc.operation().multiplyAdds(),
        read,
        written);
  }

  /** Returns whether Java computes the step, see {@link ProgramBuilder#addHost}. */
  public boolean isJava() {
    return implementation.equals(HostStep.IMPLEMENTATION);
  }

  /** Returns the sources, which are one or more depending on the kind. */
  public String sources() {
    return operands.entrySet().stream()
        .filter(operand -> operand.getKey().startsWith("src"))
        .map(Map.Entry::getValue)
        .collect(Collectors.joining(" and "));
  }
}
