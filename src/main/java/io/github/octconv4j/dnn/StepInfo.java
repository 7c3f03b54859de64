package io.github.octconv4j.dnn;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a step of a {@link Program} runs, for listings.
 *
 * @param name what the step does in the program
 * @param kind oneDNN's name of the operation
 * @param implementation oneDNN's name of the implementation
 * @param reference whether that is a slow reference implementation
 * @param postOps what rides along, for instance {@code +sum+relu}
 * @param operands the buffer and descriptor of each argument, by name
 * @param multiplyAdds multiply-adds of one run
 */
public record StepInfo(
    String name,
    String kind,
    String implementation,
    boolean reference,
    String postOps,
    Map<String, String> operands,
    long multiplyAdds) {

  static StepInfo of(Step step) {
    PrimitiveDesc desc = step.primitive().desc();
    Map<String, String> operands = new TreeMap<>();
    step.operands().forEach((arg, operand) -> operands.put(arg.toString(), operand.toString()));
    return new StepInfo(
        step.name(),
        desc.operation().kind(),
        desc.implementation(),
        desc.isReference(),
        desc.attributes().postOps().toString(),
        operands,
        desc.operation().multiplyAdds());
  }
}
