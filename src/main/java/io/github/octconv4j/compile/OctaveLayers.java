package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.plan.Formulations;
import io.github.octconv4j.octave.plan.Layout;
import io.github.octconv4j.octave.plan.OctaveOperand;
import io.github.octconv4j.octave.plan.PathWeights;
import io.github.octconv4j.octave.plan.SmallSum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Octave convolutions, dense ones among them: with channels innermost, in the formulation that was
 * chosen, in the parts that were decided. A sum is written into the memory of its other summand,
 * whose values nobody needs any more, or into a copy.
 */
final class OctaveLayers {
  private final Lowering lowering;
  private final Layer layer;
  private final List<OctaveOperand> x;
  private final int shares; // parts that are made of the output
  private final boolean shared;
  private final LayerParts parts;

  private OctaveLayers(Lowering lowering, Layer layer) {
    this.lowering = lowering;
    this.layer = layer;
    this.x = operands(layer.inputs(), layer.spec().in(), layer.input());
    this.shared = lowering.placement.isShared(layer);
    this.shares = shared ? lowering.workers : lowering.placement.parts(layer);
    this.parts = new LayerParts(layer.spec(), lowering.weights.of(layer), shares, x.size());
  }

  /** Adds the steps; false where the node is none that the package {@code octave} has a form of. */
  static boolean lower(Node node, Lowering lowering) {
    Layer layer = lowering.layer(node);
    if (layer != null) {
      new OctaveLayers(lowering, layer).add();
    }
    return layer != null;
  }

  private void add() {
    List<OctaveOperand> y = layer.isSum() ? summed() : memory();
    SmallSum small = small(y.getFirst());
    if (shared) {
      lowering.octave.poolParts(layer.spec(), x);
    }
    eachShare(
        out -> {
          boolean gathered = y.size() < shares;
          OctaveOperand part = gathered ? part(out) : y.get(out);
          for (int in = 0; in < x.size(); in++) {
            PathWeights weights = parts.weights(out, in);
            lowering.octave.convolution(
                layer.node().name() + parts.name(out, in),
                parts.spec(),
                weights,
                x.get(in),
                part,
                layer.isSum() || in > 0,
                in == x.size() - 1 ? layer.activation() : Activation.NONE,
                lowering.formulation(layer),
                small);
          }
          if (gathered) {
            gather(part, out, y.getFirst());
          }
        });
    define(y);
  }

  /** Adds the steps for each part that is made, side by side where each thread has one. */
  private void eachShare(IntConsumer steps) {
    if (shared) {
      lowering.builder.sideBySide(shares, steps);
    } else {
      IntStream.range(0, shares).forEach(steps);
    }
  }

  // ---- sums that are upsampled once

  /**
   * Where the high output's part from below is summed, if the other summand left its own to this
   * layer or this one leaves it to the next; null otherwise.
   */
  private @Nullable SmallSum small(OctaveOperand y) {
    Operand before = lowering.small(layer.summands().getFirst());
    boolean ends = !isLeft();
    if (before == null && ends) {
      return null;
    }
    Operand sum =
        before == null ? lowering.octave.small(layer.node().name() + ".small", y) : before;
    if (!ends) {
      lowering.defineSmall(layer.output(Frequency.HIGH), sum);
    }
    return new SmallSum(sum, before != null, ends);
  }

  /** Whether the high output goes to a sum alone, whose layer upsamples this one's part too. */
  private boolean isLeft() {
    String high = layer.output(Frequency.HIGH);
    if (!lowering.graph.isPrivate(high) || layer.activation() != Activation.NONE) {
      return false;
    }
    Node reader = lowering.graph.consumers(high).getFirst();
    Layer next = lowering.layer(reader);
    return next != null
        && next.summands().getFirst().equals(high)
        && Collections.frequency(reader.inputs(), high) == 1
        && sumsSmall(layer)
        && sumsSmall(next);
  }

  private boolean sumsSmall(Layer some) {
    List<String> inputs = some.inputs();
    return !lowering.placement.isShared(some)
        && lowering.placement.parts(some) == 1
        && inputs.stream()
            .allMatch(value -> value.isEmpty() || lowering.placement.parts(value) == 1)
        && Formulations.sumsSmall(lowering.formulation(some), some.spec(), some.input());
  }

  // ---- where things are

  private List<OctaveOperand> operands(
      List<String> values, ChannelSplit channels, OctaveShape shape) {
    String any = values.get(0).isEmpty() ? values.get(1) : values.get(0);
    int count = lowering.placement.parts(any);
    List<OctaveOperand> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(
          new OctaveOperand(
              LayerParts.part(channels, count),
              shape,
              Layout.NHWC,
              operand(values.get(0), i, channels.high()),
              operand(values.get(1), i, channels.low())));
    }
    return all;
  }

  private @Nullable Operand operand(String value, int part, int channels) {
    return channels == 0 ? null : lowering.part(value, part);
  }

  /** New memory for the output, in as many tensors as it is kept. */
  private List<OctaveOperand> memory() {
    int count = lowering.placement.parts(layer);
    if (count > 1) {
      return IntStream.range(0, count).mapToObj(this::part).toList();
    }
    return List.of(
        new OctaveOperand(
            layer.spec().out(),
            layer.output(),
            Layout.NHWC,
            whole(Frequency.HIGH),
            whole(Frequency.LOW)));
  }

  private @Nullable Operand whole(Frequency frequency) {
    String value = layer.output(frequency);
    return layer.spec().out().of(frequency) == 0
        ? null
        : lowering.output(value, lowering.desc(FormatTag.NHWC, lowering.dims(value)));
  }

  /** New memory for one of several equal parts of the output's channels. */
  private OctaveOperand part(int part) {
    return lowering.octave.temporary(
        layer.node().name() + ".part" + part,
        LayerParts.part(layer.spec().out(), shares),
        layer.output(),
        Layout.NHWC);
  }

  /** The memory of the other summand, or copies of it where somebody needs it later. */
  private List<OctaveOperand> summed() {
    List<OctaveOperand> all = operands(layer.summands(), layer.spec().out(), layer.output());
    if (layer.summands().stream().allMatch(value -> lowering.isLast(value, layer.node()))) {
      return all;
    }
    List<OctaveOperand> copies = memory();
    eachShare(
        part -> {
          copy(".copy.h", all.get(part).high(), copies.get(part).high());
          copy(".copy.l", all.get(part).low(), copies.get(part).low());
        });
    return copies;
  }

  private void copy(String step, @Nullable Operand from, @Nullable Operand to) {
    if (from != null && to != null) {
      lowering.copy(layer.node().name() + step, from, to);
    }
  }

  /** Copies one part of the channels into the whole. */
  private void gather(OctaveOperand part, int index, OctaveOperand whole) {
    copy(".gather.h", part.high(), Lowering.channels(whole.high(), index, shares));
    copy(".gather.l", part.low(), Lowering.channels(whole.low(), index, shares));
  }

  private void define(List<OctaveOperand> y) {
    for (Frequency frequency : Frequency.values()) {
      if (layer.spec().out().of(frequency) > 0) {
        List<Operand> all = new ArrayList<>();
        for (OctaveOperand part : y) {
          all.add(frequency == Frequency.HIGH ? part.requireHigh() : part.requireLow());
        }
        lowering.define(layer.output(frequency), all);
      }
    }
  }
}
