package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.recording.PlanBuildEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.FlightRecorder;

/** Builds programs of a graph for which all is decided. */
final class Assembly {
  private final Engine engine;
  private final Prepared prepared;
  private final GraphCompiler.ImageLayout images;
  private final PlanOptions options;
  private final LayerWeights weights;

  /**
   * Begins.
   *
   * @param images how inputs of 3 to 5 dimensions lie
   * @param weights of the graph's layers
   */
  Assembly(
      Engine engine,
      Prepared prepared,
      GraphCompiler.ImageLayout images,
      PlanOptions options,
      LayerWeights weights) {
    this.engine = engine;
    this.prepared = prepared;
    this.images = images;
    this.options = options;
    this.weights = weights;
  }

  Prepared prepared() {
    return prepared;
  }

  /** How the caller's memory of each input lies. */
  List<MemoryDesc> inputDescs() {
    return prepared.head().inputs().stream().map(input -> desc(input.type())).toList();
  }

  /** How the caller's memory of each output lies. */
  List<MemoryDesc> outputDescs() {
    Graph head = prepared.head();
    return head.outputs().stream().distinct().map(value -> Storage.of(head.type(value))).toList();
  }

  private MemoryDesc desc(TensorType type) {
    int rank = type.sizes().length;
    boolean image = Storage.isNative(type) && rank >= 3 && rank <= 5;
    return images == GraphCompiler.ImageLayout.CHANNELS_LAST && image
        ? Storage.f32(FormatTag.channelsLast(rank), type.sizes())
        : Storage.of(type);
  }

  /**
   * Builds a program.
   *
   * @param formulations of layers; others have the default
   * @param constants where weights stand in the layouts that programs want
   * @param memoryLimit most bytes that it may take
   */
  CompiledGraph build(Map<Node, Formulation> formulations, Constants constants, long memoryLimit) {
    PlanBuildEvent event = FlightRecorder.isInitialized() ? PlanBuildEvent.begun() : null;
    Graph head = prepared.head();
    // Where workers share the steps each primitive has one thread.
    int primitiveThreads = prepared.workers() > 1 ? 1 : options.threads();
    try (ProgramBuilder builder =
        new ProgramBuilder(engine, primitiveThreads, constants, memoryLimit)) {
      requireRoomForWeights(builder, constants);
      Lowering lowering = new Lowering(prepared, builder, options, formulations, weights);
      Map<String, Operand> inputs = new LinkedHashMap<>();
      for (Value input : head.inputs()) {
        Operand operand = builder.input(input.name(), desc(input.type()));
        lowering.define(input.name(), operand);
        inputs.put(input.name(), operand);
      }
      List<Span> spans = new ArrayList<>();
      for (Node node : head.nodes()) {
        if (!lowering.isAbsorbed(node)) {
          int first = builder.sections();
          if (!Lowerers.lower(node, lowering)) {
            InterpretedStep.add(node, lowering);
          }
          Layer layer = lowering.layer(node);
          boolean shared = layer != null && prepared.placement().isShared(layer);
          spans.add(new Span(node, first, builder.sections(), formulations.get(node), shared));
        }
      }
      Map<String, Operand> outputs = lowering.outputs();
      Program program = builder.build();
      if (event != null) {
        event.commit(
            head::name, () -> inputDescs().toString(), options.type().name(), () -> null, program);
      }
      return new CompiledGraph(program, inputs, outputs, spans, head, prepared.tail());
    }
  }

  /** Weights that don't stand yet are neither read nor folded where they would be too large. */
  private void requireRoomForWeights(ProgramBuilder builder, Constants constants) {
    if (constants.bytes() == 0) {
      long count =
          prepared.head().constants().values().stream()
              .filter(data -> Storage.isNative(data.type()))
              .mapToLong(TensorData::count)
              .sum();
      builder.requireRoom(
          String.format(Locale.ROOT, "weights of %d parameters", count),
          count * options.type().bytes());
    }
  }
}
