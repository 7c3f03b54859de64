package io.github.octconv4j.nn;

import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;

/** The mean of each channel over height and width: (n, c, h, w) to (n, c, 1, 1), on both parts. */
record GlobalAverageLayer() implements Layer {
  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    List<OctaveOperand> x = plan.parts(node.input());
    OctaveOperand y = plan.memory(node.output());
    plan.eachShare(
        node.input(),
        part -> {
          plan.mean(
              node.name(), x.get(part).high(), PlanBuilder.channels(y.high(), part, x.size()));
          plan.mean(node.name(), x.get(part).low(), PlanBuilder.channels(y.low(), part, x.size()));
        });
    return List.of(y);
  }
}
