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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
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

  private final Map<FeatureMap, List<OctaveOperand>> values = new HashMap<>();
  private final ChannelParts parts;
  private final List<Node> order;
  private final boolean traced;
  private final List<NetworkPlan.Span> spans = new ArrayList<>();

  /**
   * Begins a plan.
   *
   * @param parts which maps are kept in parts
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
      ChannelParts parts,
      Map<Node, Formulation> formulations,
      Constants constants,
      boolean traced) {
    this.traced = traced;
    this.graph = graph;
    this.batch = batch;
    this.weights = weights;
    this.parts = parts;
    this.constants = constants;
    this.formulations = formulations;
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
    Operand input = program.input("input", inputDesc(image, batch));
    values.put(
        image, List.of(octave.input(image.channels(), shape(image), Layout.NHWC, input, null)));
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
              cause.name(),
              cause,
              first,
              program.sections(),
              formulations.get(cause),
              sharesChannels(node.output())));
      if (traced) {
        trace(traces, node.name() + ".h", value(node.output()).high());
        trace(traces, node.name() + ".l", value(node.output()).low());
      }
    }
    Operand output = output("output", value(graph.output()).requireHigh());
    return new NetworkPlan(program.build(), input, output, traces, spans);
  }

  /** The images as they are given. */
  static MemoryDesc inputDesc(FeatureMap image, int batch) {
    return desc(image, FormatTag.NHWC, batch);
  }

  /** The results as they are given back. */
  static MemoryDesc outputDesc(FeatureMap last, int batch) {
    return desc(last, FormatTag.NCHW, batch);
  }

  private static MemoryDesc desc(FeatureMap map, FormatTag layout, int batch) {
    OctaveShape s = map.shape();
    return MemoryDesc.of(DataType.F32, layout, batch, map.channels().high(), s.height(), s.width());
  }

  /** Weights that don't stand yet are neither read nor folded where they would be too large. */
  private void requireRoomForWeights() {
    if (constants.bytes() == 0) {
      long count = graph.parameterCount();
      program.requireRoom(
          String.format(Locale.ROOT, "weights of %d parameters", count),
          count * octave.type().bytes());
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

  /** Where the parts of a feature map are. */
  List<OctaveOperand> parts(FeatureMap map) {
    return Objects.requireNonNull(values.get(map), "value");
  }

  /** Where a feature map is that is kept whole. */
  OctaveOperand value(FeatureMap map) {
    List<OctaveOperand> all = parts(map);
    if (all.size() != 1) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "%s is kept in %d parts", map.name(), all.size()));
    }
    return all.getFirst();
  }

  private int count(FeatureMap map) {
    return traced ? 1 : parts.of(map);
  }

  /** Whether each thread makes one part of a map, even if all are kept as a whole. */
  boolean sharesChannels(FeatureMap map) {
    return !traced && parts.areShared(map);
  }

  /** New memory for what a layer gives, in as many tensors as it is kept. */
  List<OctaveOperand> partMemory(FeatureMap map) {
    int count = count(map);
    return count == 1
        ? List.of(memory(map))
        : IntStream.range(0, count).mapToObj(part -> memory(map, part, count)).toList();
  }

  /** New memory for one of several equal parts of a map's channels. */
  OctaveOperand memory(FeatureMap map, int part, int parts) {
    ChannelSplit channels = ConvolutionParts.part(map.channels(), parts);
    return octave.temporary(map.name() + ".part" + part, channels, shape(map), Layout.NHWC);
  }

  /** New memory for what a layer gives as a whole. */
  OctaveOperand memory(FeatureMap map) {
    return octave.temporary(map.name(), map.channels(), shape(map), Layout.NHWC);
  }

  /** New memory for square feature maps of which both parts have the same size. */
  OctaveOperand memory(String name, ChannelSplit channels, int size) {
    return octave.temporary(
        name, channels, new OctaveShape(batch, size, size, size, size), Layout.NHWC);
  }

  private OctaveShape shape(FeatureMap map) {
    OctaveShape s = map.shape();
    return new OctaveShape(batch, s.height(), s.width(), s.lowHeight(), s.lowWidth());
  }

  /** The memory of {@code x} if {@code node} may overwrite it, or else a copy of it. */
  List<OctaveOperand> copyUnlessLast(Node node, FeatureMap x) {
    List<OctaveOperand> all = parts(x);
    if (isLast(node, x)) {
      return all;
    }
    List<OctaveOperand> copies = partMemory(node.output());
    eachShare(
        node.output(),
        part -> {
          copy(node.name() + ".copy.h", all.get(part).high(), copies.get(part).high());
          copy(node.name() + ".copy.l", all.get(part).low(), copies.get(part).low());
        });
    return copies;
  }

  /** In how many parts a map is made. */
  int shares(FeatureMap map) {
    return sharesChannels(map) ? octave.threads() : count(map);
  }

  /** Adds the steps for each part that is made of a map, side by side where each thread has one. */
  void eachShare(FeatureMap map, IntConsumer steps) {
    if (sharesChannels(map)) {
      program.sideBySide(shares(map), steps);
    } else {
      IntStream.range(0, shares(map)).forEach(steps);
    }
  }

  /** Copies one of several equal parts of the channels into the whole. */
  void gather(String name, OctaveOperand part, int index, int parts, OctaveOperand whole) {
    copy(name + ".h", part.high(), channels(whole.high(), index, parts));
    copy(name + ".l", part.low(), channels(whole.low(), index, parts));
  }

  /** One of several equal parts of the channels, as a view. */
  static @Nullable Operand channels(@Nullable Operand whole, int part, int parts) {
    if (whole == null || parts == 1) {
      return whole;
    }
    long[] dims = whole.desc().dims();
    dims[1] /= parts;
    return whole.view(whole.desc().submemory(dims, new long[] {0, part * dims[1], 0, 0}));
  }

  /** Whether nobody reads {@code x} after the layer, nor the layer in another way. */
  private boolean isLast(Node node, FeatureMap x) {
    Node before = fused(node);
    int at = order.indexOf(node);
    return x != graph.input()
        && x != graph.output()
        && node.inputs().stream().filter(input -> input == x).count() == 1
        && (before == null || !before.inputs().contains(x))
        && graph.readers(x).stream().allMatch(reader -> order.indexOf(reader) <= at);
  }

  private void copy(String name, @Nullable Operand from, @Nullable Operand to) {
    if (from != null && to != null) {
      octave.reorder(name, from, to, PostOps.NONE);
    }
  }

  /**
   * The layer whose result a sum takes as it is made, or null. A plan that is traced has none: what
   * each layer gives stands by itself there.
   */
  @Nullable Node fused(Node node) {
    if (traced || !(node.layer() instanceof SumLayer)) {
      return null;
    }
    for (FeatureMap summand : node.inputs()) {
      Node maker = graph.maker(summand);
      boolean alone = graph.readers(summand).size() == 1 && summand != graph.output();
      if (alone
          && maker != null
          && maker.layer() instanceof Layer.Adding adding
          && adding.isLinear()) {
        return maker;
      }
    }
    return null;
  }

  /** Whether a sum adds this layer's steps. */
  private boolean isAdded(Node node) {
    List<Node> next = graph.readers(node.output());
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
