package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import java.util.Map;
import java.util.Objects;

/**
 * The mean over height and width of a feature map without low part: (n, c, h, w) to (n, c, 1, 1).
 *
 * @param name prefix of the step
 */
public record GlobalAveragePool(String name) implements Layer {

  @Override
  public OctaveOperand addTo(OctaveProgramBuilder program, OctaveOperand x) {
    Objects.requireNonNull(program, "program");
    Objects.requireNonNull(x, "x");
    if (x.low() != null || x.high() == null) {
      throw new IllegalArgumentException(
          "layer %s needs a feature map without low part, was high %s, low %s"
              .formatted(name, x.high(), x.low()));
    }
    long[] dims = x.high().desc().dims();
    Operand y = program.temporary(name, x.layout(), dims[0], dims[1], 1, 1);
    program.add(
        name,
        Pooling.of(
            Algorithm.POOLING_AVG_EXCLUDE_PADDING,
            x.high().desc(),
            y.desc(),
            Window.of(dims[2], dims[3])),
        PostOps.NONE,
        Map.of(Arg.SRC, x.high(), Arg.DST, y));
    return new OctaveOperand(
        x.channels(), new OctaveShape(x.shape().batch(), 1, 1, 0, 0), x.layout(), y, null);
  }
}
