package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;

/**
 * An octave convolution whose weights hold the folded batch norm, and an activation.
 *
 * @param name prefix of the steps
 * @param spec the convolution
 * @param weights folded weights, see {@link BatchNormFolding}
 * @param activation applied to both outputs
 */
public record ConvBnAct(
    String name, OctaveConv2d spec, OctaveWeights weights, Activation activation)
    implements Layer {

  @Override
  public OctaveOperand addTo(OctaveProgramBuilder program, OctaveOperand x) {
    requireInput(x);
    OctaveShape shape = OctaveProgramBuilder.outputShape(spec, x.shape());
    OctaveOperand y = program.temporary(name, spec.out(), shape);
    program.convolution(name, spec, weights, x, y, false, activation);
    return y;
  }

  /** Adds the layer with its output added to {@code y}, before the given activation. */
  void addInto(
      OctaveProgramBuilder program, OctaveOperand x, OctaveOperand y, Activation afterSum) {
    requireInput(x);
    OctaveShape shape = OctaveProgramBuilder.outputShape(spec, x.shape());
    if (!shape.equals(y.shape())
        || channels(y.high()) != spec.out().high()
        || channels(y.low()) != spec.out().low()) {
      throw new IllegalArgumentException(
          "layer %s gives %s with channels %s, which can't be added to high %s, low %s"
              .formatted(name, shape, spec.out(), y.high(), y.low()));
    }
    program.convolution(name, spec, weights, x, y, true, afterSum);
  }

  private void requireInput(OctaveOperand x) {
    if (channels(x.high()) != spec.in().high() || channels(x.low()) != spec.in().low()) {
      throw new IllegalArgumentException(
          "layer %s needs input channels %s, was given high %s, low %s"
              .formatted(name, spec.in(), x.high(), x.low()));
    }
  }

  private static long channels(Operand part) {
    return part == null ? 0 : part.desc().dim(1);
  }
}
