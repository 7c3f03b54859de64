package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveOperand;

/** The mean of each channel over height and width: (n, c, h, w) to (n, c, 1, 1), on both parts. */
record GlobalAverageLayer() implements Layer {
  @Override
  public OctaveOperand addTo(PlanBuilder plan, Node node) {
    OctaveOperand x = plan.value(node.input());
    OctaveOperand y = plan.memory(node.output());
    plan.mean(node.name(), x.high(), y.high());
    plan.mean(node.name(), x.low(), y.low());
    return y;
  }
}
