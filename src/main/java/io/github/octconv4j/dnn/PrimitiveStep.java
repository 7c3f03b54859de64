package io.github.octconv4j.dnn;

import java.util.Collection;
import java.util.Map;

/**
 * A primitive as a step.
 *
 * @param name what it does there, for listings
 * @param primitive the compiled code
 * @param operands what it reads and writes, the scratchpad aside
 */
record PrimitiveStep(String name, Primitive primitive, Map<Arg, Operand> operands) implements Step {
  PrimitiveDesc desc() {
    return primitive.desc();
  }

  @Override
  public Collection<Operand> memory() {
    return operands.values();
  }

  @Override
  public String weightsType() {
    Operand weights = operands.get(Arg.WEIGHTS);
    return weights == null ? "" : weights.desc().type().name();
  }

  @Override
  public StepInfo info() {
    return StepInfo.of(this);
  }

  @Override
  public long multiplyAdds() {
    return desc().operation().multiplyAdds();
  }

  @Override
  public long scratchpadBytes() {
    MemoryDesc scratchpad = desc().descs().get(Arg.SCRATCHPAD);
    return scratchpad == null ? 0 : scratchpad.bytes();
  }

  @Override
  public void close() {
    primitive.close();
  }
}
