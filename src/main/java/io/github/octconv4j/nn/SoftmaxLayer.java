package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Softmax;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;
import java.util.Map;

/** Probabilities of the channels of (n, c, 1, 1). */
record SoftmaxLayer() implements Layer {
  @Override
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    OctaveOperand x = plan.value(node.input());
    OctaveOperand y = plan.memory(node.output());
    MemoryDesc desc = x.requireHigh().desc();
    MemoryDesc rows = MemoryDesc.of(desc.type(), FormatTag.NC, desc.dim(0), desc.dim(1));
    plan.octave()
        .add(
            node.name(),
            new Softmax(rows, rows, 1),
            PostOps.NONE,
            Map.of(Arg.SRC, x.requireHigh().view(rows), Arg.DST, y.requireHigh().view(rows)));
    return List.of(y);
  }
}
