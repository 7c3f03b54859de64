package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveOperand;
import java.util.List;

/** An operation of a network, without weights. Immutable. */
sealed interface Layer
    permits ActivationLayer,
        GlobalAverageLayer,
        LinearLayer,
        PoolLayer,
        SoftmaxLayer,
        SumLayer,
        Layer.Adding {

  /** The tensors that it needs. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** The multiply-adds for one image; 0 for what does not multiply. */
  default long multiplyAdds() {
    return 0;
  }

  /** Adds its steps to a plan and returns where the parts of the result are. */
  List<OctaveOperand> addTo(PlanBuilder plan, Node node);

  /**
   * A layer without activation of its own whose result can be added to another one as it is made.
   */
  sealed interface Adding extends Layer permits ConvolutionLayer, SqueezeExcitationLayer {
    /** Whether nothing is done with the result but to hand it on. */
    boolean isLinear();

    /**
     * Adds its steps, with the result added to what {@code y} holds.
     *
     * @param activation applied to the sum
     */
    void addInto(PlanBuilder plan, Node node, List<OctaveOperand> y, Activation activation);
  }
}
