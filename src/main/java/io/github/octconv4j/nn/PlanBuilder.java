package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Formulation;
import io.github.octconv4j.octave.Layout;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.PlanOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns a network into a program for one batch size: everything with channels innermost from the
 * first layer to the last, sums written by the convolution before them.
 */
final class PlanBuilder implements AutoCloseable {
  private final NetworkGraph graph;
  private final int batch;
  private final Weights weights;
  private final Constants constants;
  private final Map<Node, Formulation> formulations;
  private final ProgramBuilder program;
  private final OctaveProgramBuilder octave;

  private final Map<FeatureMap, OctaveOperand> values = new HashMap<>();
  private final Map<FeatureMap, List<Node>> readers = new HashMap<>();
  private final Map<FeatureMap, Node> makers = new HashMap<>();
  private final Map<FeatureMap, List<OctaveOperand>> halves = new HashMap<>();
  private final List<Node> order;
  private final boolean traced;
  private final List<NetworkPlan.Span> spans = new ArrayList<>();

  /**
   * Begins a plan.
   *
   * @param formulations of each octave convolution
   * @param constants shared by the plans of the network
   * @param traced whether what each layer gives becomes an output too
   */
  PlanBuilder(
      Engine engine,
      NetworkGraph graph,
      int batch,
      PlanOptions options,
      Weights weights,
      Map<Node, Formulation> formulations,
      Constants constants,
      boolean traced) {
    this.traced = traced;
    this.graph = graph;
    this.batch = batch;
    this.weights = weights;
    this.constants = constants;
    this.formulations = formulations;
    for (Node node : graph.nodes()) {
      makers.put(node.output(), node);
      node.inputs().forEach(x -> readers.computeIfAbsent(x, key -> new ArrayList<>()).add(node));
    }
    this.order = order();
    // Threads are our own workers: those of OpenMP would spin beside them.
    this.program = new ProgramBuilder(engine, 1, constants, options.memoryLimit());
    this.octave = new OctaveProgramBuilder(program, options);
  }

  /** The layers as they run: one whose result a sum takes as it is made, just before the sum. */
  private List<Node> order() {
    List<Node> list = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (fused(node) != null) {
        list.add(fused(node));
      }
      if (!isAdded(node)) {
        list.add(node);
      }
    }
    return list;
  }

  /** Adds everything and returns the plan. */
  NetworkPlan build() {
    requireRoomForWeights();
    FeatureMap image = graph.input();
    OctaveShape s = image.shape();
    Operand input =
        program.input(
            "input",
            MemoryDesc.of(
                DataType.F32,
                FormatTag.NHWC,
                batch,
                image.channels().total(),
                s.height(),
                s.width()));
    values.put(image, octave.input(image.channels(), shape(image), Layout.NHWC, input, null));
    Map<String, Operand> traces = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (isAdded(node)) {
        continue; // as part of the sum
      }
      int first = program.sections();
      values.put(node.output(), node.layer().addTo(this, node));
      Node before = fused(node);
      Node cause = before == null ? node : before;
      spans.add(
          new NetworkPlan.Span(
              cause.name(), cause, first, program.sections(), formulations.get(cause)));
      if (traced) {
        trace(traces, node.name() + ".h", value(node.output()).high());
        trace(traces, node.name() + ".l", value(node.output()).low());
      }
    }
    Operand output = output("output", value(graph.output()).requireHigh());
    return new NetworkPlan(program.build(), input, output, traces, spans);
  }

  /** Weights that don't stand yet are neither read nor folded where they would be too large. */
  private void requireRoomForWeights() {
    if (constants.bytes() == 0) {
      long count = graph.parameterCount();
      program.requireRoom(
          "weights of %d parameters".formatted(count), count * octave.type().bytes());
    }
  }

  private void trace(Map<String, Operand> traces, String name, @Nullable Operand operand) {
    if (operand != null) {
      traces.put(name, output(name, operand));
    }
  }

  private Operand output(String name, Operand operand) {
    Operand output =
        program.output(name, MemoryDesc.of(DataType.F32, FormatTag.NCHW, operand.desc().dims()));
    octave.reorder(name + ".reorder", operand, output, PostOps.NONE);
    return output;
  }

  OctaveProgramBuilder octave() {
    return octave;
  }

  /** How a convolution is put together. */
  Formulation formulation(Node node) {
    return formulations.getOrDefault(node, Formulation.DEFAULT);
  }

  OctaveWeights weights(ConvolutionLayer layer) {
    return weights.of(layer);
  }

  float[] values(Parameter parameter) {
    return weights.of(parameter);
  }

  /** Where a feature map is. */
  OctaveOperand value(FeatureMap map) {
    return Objects.requireNonNull(values.get(map), "value");
  }

  /** New memory for what a layer gives. */
  OctaveOperand memory(FeatureMap map) {
    return octave.temporary(map.name(), map.channels(), shape(map), Layout.NHWC);
  }

  /** New memory for square feature maps of which both parts have the same size. */
  OctaveOperand memory(String name, ChannelSplit channels, int size) {
    return octave.temporary(
        name, channels, new OctaveShape(batch, size, size, size, size), Layout.NHWC);
  }

  /**
   * Whether a map is kept as two of half the channels, for the sake of the only layer that reads
   * it. Both its maker and its reader are convolutions then.
   */
  boolean isHalved(FeatureMap map) {
    Node maker = makers.get(map);
    if (traced || maker == null || map == graph.output() || readersOf(map).size() != 1) {
      return false;
    }
    return maker.layer() instanceof ConvolutionLayer made
        && readersOf(map).getFirst().layer() instanceof ConvolutionLayer reader
        && made.spec().groups() == 1
        && Halves.pays(reader.spec(), octave.type().bytes())
        && !isHalved(maker.input());
  }

  /** The memory of half of the channels, 0 or 1. */
  OctaveOperand half(FeatureMap map, int half) {
    return halves
        .computeIfAbsent(
            map,
            key -> {
              ChannelSplit channels = new ChannelSplit(map.channels().high() / 2, 0);
              List<OctaveOperand> both = new ArrayList<>();
              for (int i = 0; i < 2; i++) {
                both.add(
                    octave.temporary(map.name() + ".half" + i, channels, shape(map), Layout.NHWC));
              }
              return both;
            })
        .get(half);
  }

  private OctaveShape shape(FeatureMap map) {
    OctaveShape s = map.shape();
    return new OctaveShape(batch, s.height(), s.width(), s.lowHeight(), s.lowWidth());
  }

  /** The memory of {@code x} if {@code node} may overwrite it, or else a copy of it. */
  OctaveOperand copyUnlessLast(Node node, FeatureMap x) {
    OctaveOperand value = value(x);
    if (isLast(node, x)) {
      return value;
    }
    OctaveOperand copy = memory(node.output());
    copy(node.name() + ".copy.h", value.high(), copy.high());
    copy(node.name() + ".copy.l", value.low(), copy.low());
    return copy;
  }

  /** Whether nobody reads {@code x} after the layer, nor the layer in another way. */
  private boolean isLast(Node node, FeatureMap x) {
    Node before = fused(node);
    int at = order.indexOf(node);
    return x != graph.input()
        && x != graph.output()
        && node.inputs().stream().filter(input -> input == x).count() == 1
        && (before == null || !before.inputs().contains(x))
        && readersOf(x).stream().allMatch(reader -> order.indexOf(reader) <= at);
  }

  private void copy(String name, @Nullable Operand from, @Nullable Operand to) {
    if (from != null && to != null) {
      octave.reorder(name, from, to, PostOps.NONE);
    }
  }

  /** The layer whose result a sum takes as it is made, or null. */
  @Nullable Node fused(Node node) {
    if (!(node.layer() instanceof SumLayer)) {
      return null;
    }
    Node maker = makers.get(node.input());
    boolean alone = readersOf(node.input()).size() == 1 && node.input() != graph.output();
    return alone
            && maker != null
            && maker.layer() instanceof Layer.Adding adding
            && adding.isLinear()
        ? maker
        : null;
  }

  private List<Node> readersOf(FeatureMap map) {
    return readers.getOrDefault(map, List.of());
  }

  /** Whether a sum adds this layer's steps. */
  private boolean isAdded(Node node) {
    List<Node> next = readersOf(node.output());
    return next.size() == 1 && node.equals(fused(next.getFirst()));
  }

  /** Adds the mean over height and width; nothing where there is no such part. */
  void mean(String name, @Nullable Operand x, @Nullable Operand y) {
    if (x == null || y == null) {
      return;
    }
    octave.add(
        name,
        new Pooling(
            Algorithm.POOLING_AVG_EXCLUDE_PADDING,
            x.desc(),
            y.desc(),
            Window.of(x.desc().dim(2), x.desc().dim(3))),
        PostOps.NONE,
        Map.of(Arg.SRC, x, Arg.DST, y));
  }

  @Override
  public void close() {
    program.close();
  }
}
