package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Formulation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import java.util.Objects;

/**
 * An octave convolution whose weights hold the folded batch norm, and an activation.
 *
 * @param name prefix of the steps
 * @param spec the convolution
 * @param weights folded weights, see {@link BatchNormFolding}
 * @param activation applied to both outputs
 */
public record ConvBnAct(
    String name, OctaveConv2d spec, OctaveWeights weights, Activation activation) implements Layer {
  /** Checks for nulls. */
  public ConvBnAct {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(activation, "activation");
  }

  @Override
  public OctaveOperand addTo(OctaveProgramBuilder program, OctaveOperand x) {
    Objects.requireNonNull(program, "program");
    Objects.requireNonNull(x, "x");
    requireInput(x);
    OctaveShape shape = OctaveProgramBuilder.outputShape(spec, x.shape());
    OctaveOperand y = program.temporary(name, spec.out(), shape, x.layout());
    program.convolution(name, spec, weights, x, y, false, activation, Formulation.DEFAULT);
    return y;
  }

  /** Adds the layer with its output added to {@code y}, before the given activation. */
  void addInto(
      OctaveProgramBuilder program, OctaveOperand x, OctaveOperand y, Activation afterSum) {
    requireInput(x);
    OctaveShape shape = OctaveProgramBuilder.outputShape(spec, x.shape());
    if (!shape.equals(y.shape()) || !y.channels().equals(spec.out())) {
      throw new IllegalArgumentException(
          "layer %s gives %s with %s, which can't be added to %s with %s"
              .formatted(name, shape, spec.out(), y.shape(), y.channels()));
    }
    program.convolution(name, spec, weights, x, y, true, afterSum, Formulation.DEFAULT);
  }

  private void requireInput(OctaveOperand x) {
    if (!x.channels().equals(spec.in())) {
      throw new IllegalArgumentException(
          "layer %s needs an input with %s, was %s with %s"
              .formatted(name, spec.in(), x.shape(), x.channels()));
    }
  }
}
