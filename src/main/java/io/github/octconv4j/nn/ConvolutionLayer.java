package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.NonFinite;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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

  /**
   * Reads the weights and folds the batch norm into them.
   *
   * @throws IllegalArgumentException if the result is not finite; the message names the tensors
   */
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
                epsilon,
                names.norm(frequency) + ".running_var");
        kernels.forEach(
            (path, kernel) -> {
              if (path.destination() == frequency) {
                batchNorm.scale(kernel);
                requireFinite(names.kernel(path), frequency, kernel);
              }
            });
        requireFinite(names.norm(frequency) + ".bias", frequency, batchNorm.bias());
        biases.put(frequency, batchNorm.bias());
      }
    }
    OctaveWeights.Builder weights = OctaveWeights.of(spec);
    kernels.forEach(weights::kernel);
    biases.forEach(weights::bias);
    return weights.build();
  }

  private void requireFinite(String what, Frequency frequency, float[] folded) {
    NonFinite.firstIn(folded)
        .ifPresent(
            found -> {
              throw new IllegalArgumentException(
                  String.format(
                      Locale.ROOT,
                      "the batch norm %s makes of tensor %s what is not finite: %s",
                      names.norm(frequency),
                      what,
                      found));
            });
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
  public List<OctaveOperand> addTo(PlanBuilder plan, Node node) {
    List<OctaveOperand> y = plan.partMemory(node.output());
    add(plan, node, y, false, activation);
    return y;
  }

  @Override
  public void addInto(PlanBuilder plan, Node node, List<OctaveOperand> y, Activation afterSum) {
    add(plan, node, y, true, afterSum);
  }

  private void add(
      PlanBuilder plan, Node node, List<OctaveOperand> y, boolean accumulate, Activation last) {
    List<OctaveOperand> x = plan.parts(node.input());
    int shares = plan.shares(node.output());
    ConvolutionParts parts =
        new ConvolutionParts(node.name(), spec, plan.weights(this), shares, x.size());
    if (plan.sharesChannels(node.output()) && stride == 1) {
      plan.octave().poolParts(spec, x);
    }
    plan.eachShare(
        node.output(),
        out -> {
          boolean gathered = y.size() < shares;
          OctaveOperand part = gathered ? plan.memory(node.output(), out, shares) : y.get(out);
          for (int in = 0; in < x.size(); in++) {
            String name = node.name() + parts.name(out, in);
            OctaveWeights weights = parts.weights(out, in);
            boolean adds = accumulate || in > 0;
            Activation then = in == x.size() - 1 ? last : Activation.NONE;
            if (stride == 1) {
              plan.octave()
                  .convolution(
                      name,
                      parts.spec(),
                      weights,
                      x.get(in),
                      part,
                      adds,
                      then,
                      plan.formulation(node));
            } else {
              plan.octave()
                  .stridedConvolution(
                      name,
                      parts.spec(),
                      weights,
                      stride,
                      x.get(in).requireHigh(),
                      part.requireHigh(),
                      adds,
                      then);
            }
          }
          if (gathered) {
            plan.gather(node.name() + ".gather", part, out, shares, y.getFirst());
          }
        });
  }
}
