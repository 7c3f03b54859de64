package io.github.octconv4j.nn;

import io.github.octconv4j.nn.Parameter.Kind;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a convolution, and where each is in a checkpoint of the dense network.
 *
 * @param spec the convolution
 * @param names of the tensors
 */
record ConvolutionTensors(OctaveConv2d spec, TensorNames names) {
  /** Of a batch norm, in the order in which graphs have them. */
  private static final List<String> STATISTICS =
      List.of("weight", "bias", "running_mean", "running_var");

  private static final List<Kind> KINDS = List.of(Kind.SCALE, Kind.SHIFT, Kind.MEAN, Kind.VARIANCE);

  /** Whether a path has the only bias of its output: the first one that leads there. */
  boolean hasBias(OctavePath path) {
    return spec.paths().stream()
        .filter(p -> p.destination() == path.destination())
        .findFirst()
        .orElseThrow()
        .equals(path);
  }

  /** The weights of a path. */
  Parameter kernel(OctavePath path) {
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
                  named(names.kernel() + ".weight"),
                  dense,
                  firstRow(path.destination()),
                  firstColumn));
    }
    return new Parameter(named(names.kernel(path)), shape, Kind.WEIGHT, slice);
  }

  /** The bias of an output, which is named after a path. */
  Parameter bias(OctavePath path) {
    return channels(path.destination(), names.bias(path), names.kernel() + ".bias", Kind.BIAS);
  }

  /** Scale, shift, mean and variance of an output's batch norm. */
  List<Parameter> norm(Frequency frequency) {
    List<Parameter> list = new ArrayList<>();
    for (int i = 0; i < KINDS.size(); i++) {
      String what = "." + STATISTICS.get(i);
      list.add(
          channels(frequency, names.norm(frequency) + what, names.norm() + what, KINDS.get(i)));
    }
    return list;
  }

  private Parameter channels(Frequency frequency, String name, String dense, Kind kind) {
    return new Parameter(
        named(name),
        List.of((long) spec.out().of(frequency)),
        kind,
        Optional.of(
            new Parameter.Slice(
                named(dense), List.of((long) spec.out().total()), firstRow(frequency), 0)));
  }

  private String named(String name) {
    return names.rule().apply(name);
  }

  private long firstRow(Frequency frequency) {
    return frequency == Frequency.HIGH ? 0 : spec.out().high();
  }
}
