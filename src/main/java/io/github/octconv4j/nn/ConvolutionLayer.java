package io.github.octconv4j.nn;

import io.github.octconv4j.nn.Parameter.Kind;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution with what follows it: batch norm or bias, and an activation.
 *
 * @param spec the convolution; without low parts and with stride 1 where {@code stride} is another
 * @param input its size for one image
 * @param stride of a plain convolution, which moves the kernel; 1 where {@code spec} says all
 * @param norm what is added
 * @param epsilon of the batch norm
 * @param activation applied last
 * @param names of the tensors
 */
record ConvolutionLayer(
    OctaveConv2d spec,
    OctaveShape input,
    int stride,
    Norm norm,
    double epsilon,
    Activation activation,
    TensorNames names)
    implements Layer.Adding {

  @Override
  public List<Parameter> parameters() {
    List<Parameter> list = new ArrayList<>();
    for (OctavePath path : spec.paths()) {
      list.add(kernel(path));
      if (norm == Norm.BIAS && isFirst(path)) {
        list.add(bias(path));
      }
    }
    if (norm == Norm.BATCH) {
      for (Frequency frequency : Frequency.values()) {
        if (spec.out().of(frequency) > 0) {
          list.add(norm(frequency, "weight", Kind.SCALE));
          list.add(norm(frequency, "bias", Kind.SHIFT));
          list.add(norm(frequency, "running_mean", Kind.MEAN));
          list.add(norm(frequency, "running_var", Kind.VARIANCE));
        }
      }
    }
    return list;
  }

  /** Each output has one bias, which is that of the first path that leads to it. */
  private boolean isFirst(OctavePath path) {
    return spec.paths().stream()
        .filter(p -> p.destination() == path.destination())
        .findFirst()
        .orElseThrow()
        .equals(path);
  }

  private Parameter kernel(OctavePath path) {
    List<Long> shape = Parameter.boxed(spec.weightsShape(path));
    long groups = spec.groups(path);
    boolean depthwise = groups == spec.in().of(path.source());
    Optional<Parameter.Slice> slice = Optional.empty();
    if (groups == 1 || depthwise) {
      List<Long> dense = new ArrayList<>(shape);
      dense.set(0, (long) spec.out().total());
      dense.set(1, groups == 1 ? (long) spec.in().total() : 1L);
      long firstColumn = groups == 1 && path.source() == Frequency.LOW ? spec.in().high() : 0;
      slice =
          Optional.of(
              new Parameter.Slice(
                  names.kernel() + ".weight", dense, firstRow(path.destination()), firstColumn));
    }
    return new Parameter(names.kernel(path), shape, Kind.WEIGHT, slice);
  }

  private Parameter bias(OctavePath path) {
    return channels(path.destination(), names.bias(path), names.kernel() + ".bias", Kind.BIAS);
  }

  private Parameter norm(Frequency frequency, String what, Kind kind) {
    return channels(frequency, names.norm(frequency) + "." + what, names.norm() + "." + what, kind);
  }

  private Parameter channels(Frequency frequency, String name, String dense, Kind kind) {
    return new Parameter(
        name,
        List.of((long) spec.out().of(frequency)),
        kind,
        Optional.of(
            new Parameter.Slice(
                dense, List.of((long) spec.out().total()), firstRow(frequency), 0)));
  }

  private long firstRow(Frequency frequency) {
    return frequency == Frequency.HIGH ? 0 : spec.out().high();
  }

  /** Reads the weights and folds the batch norm into them. */
  OctaveWeights weights(Weights tensors) {
    Map<OctavePath, float[]> kernels = new EnumMap<>(OctavePath.class);
    Map<Frequency, float[]> biases = new EnumMap<>(Frequency.class);
    for (OctavePath path : spec.paths()) {
      kernels.put(path, tensors.of(kernel(path)));
      if (norm == Norm.BIAS && isFirst(path)) {
        biases.put(path.destination(), tensors.of(bias(path)));
      }
    }
    for (Frequency frequency : Frequency.values()) {
      if (norm == Norm.BATCH && spec.out().of(frequency) > 0) {
        BatchNorm batchNorm =
            new BatchNorm(
                tensors.of(norm(frequency, "weight", Kind.SCALE)),
                tensors.of(norm(frequency, "bias", Kind.SHIFT)),
                tensors.of(norm(frequency, "running_mean", Kind.MEAN)),
                tensors.of(norm(frequency, "running_var", Kind.VARIANCE)),
                epsilon);
        kernels.forEach(
            (path, kernel) -> {
              if (path.destination() == frequency) {
                batchNorm.scale(kernel);
              }
            });
        biases.put(frequency, batchNorm.bias());
      }
    }
    OctaveWeights.Builder weights = OctaveWeights.of(spec);
    kernels.forEach(weights::kernel);
    biases.forEach(weights::bias);
    return weights.build();
  }

  /** The size of the output for one image. */
  OctaveShape output() {
    if (stride == 1) {
      return spec.outputShape(input);
    }
    OctaveShape moved = spec.outputShape(input);
    int height = (moved.height() - 1) / stride + 1;
    int width = (moved.width() - 1) / stride + 1;
    return new OctaveShape(input.batch(), height, width, height / 2, width / 2);
  }

  @Override
  public long multiplyAdds() {
    if (stride == 1) {
      return spec.multiplyAdds(input);
    }
    OctaveShape y = output();
    return y.height() * (long) y.width() * kernel(OctavePath.HH).count();
  }

  @Override
  public boolean isLinear() {
    return activation == Activation.NONE;
  }

  @Override
  public @Nullable OctaveOperand addTo(PlanBuilder plan, Node node) {
    if (plan.isHalved(node.output())) {
      for (int half = 0; half < 2; half++) {
        OctaveWeights part = Halves.ofOutputs(spec, plan.weights(this), half);
        OctaveOperand y = plan.half(node.output(), half);
        add(
            plan,
            node,
            ".out" + half,
            Halves.ofOutputs(spec),
            part,
            plan.value(node.input()),
            y,
            false,
            activation);
      }
      return null; // nobody asks for the whole
    }
    OctaveOperand y = plan.memory(node.output());
    add(plan, node, y, false, activation);
    return y;
  }

  @Override
  public void addInto(PlanBuilder plan, Node node, OctaveOperand y, Activation afterSum) {
    add(plan, node, y, true, afterSum);
  }

  private void add(
      PlanBuilder plan, Node node, OctaveOperand y, boolean accumulate, Activation last) {
    OctaveWeights weights = plan.weights(this);
    if (plan.isHalved(node.input())) {
      OctaveConv2d part = Halves.ofInputs(spec);
      OctaveWeights first = Halves.ofInputs(spec, weights, 0);
      OctaveWeights second = Halves.ofInputs(spec, weights, 1);
      OctaveOperand x0 = plan.half(node.input(), 0);
      OctaveOperand x1 = plan.half(node.input(), 1);
      add(plan, node, ".in0", part, first, x0, y, accumulate, Activation.NONE);
      add(plan, node, ".in1", part, second, x1, y, true, last);
    } else {
      add(plan, node, "", spec, weights, plan.value(node.input()), y, accumulate, last);
    }
  }

  private void add(
      PlanBuilder plan,
      Node node,
      String suffix,
      OctaveConv2d part,
      OctaveWeights weights,
      OctaveOperand x,
      OctaveOperand y,
      boolean accumulate,
      Activation last) {
    String name = node.name() + suffix;
    if (stride == 1) {
      plan.octave()
          .convolution(name, part, weights, x, y, accumulate, last, plan.formulation(node));
    } else {
      plan.octave()
          .stridedConvolution(
              name, part, weights, stride, x.requireHigh(), y.requireHigh(), accumulate, last);
    }
  }
}
