package io.github.octconv4j.dnn;

import java.util.Map;

/**
 * One primitive of a {@link Program}.
 *
 * @param name what it does there, for listings
 * @param primitive the compiled code
 * @param operands what it reads and writes, the scratchpad aside
 */
record Step(String name, Primitive primitive, Map<Arg, Operand> operands) {}
