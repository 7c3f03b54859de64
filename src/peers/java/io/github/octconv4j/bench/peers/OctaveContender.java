package io.github.octconv4j.bench.peers;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** This library. */
final class OctaveContender implements Contender {
  static final String NAME = "octconv4j";
  static final String ROW_MAJOR = "octconv4j, NCHW";

  private final String library;
  private final PlanOptions options;
  private final Arena arena = Arena.ofShared();
  private final Engine engine = Engine.cpu();
  private final OctaveLayer layer;
  private final OctavePlan plan;
  private final OctaveExecution execution;
  private final OctaveTensor x;
  private final OctaveTensor y;

  private OctaveContender(
      String library,
      LayerWorkload workload,
      PlanOptions options,
      OctaveDesc input,
      OutputFormat output) {
    this.library = library;
    this.options = options;
    this.layer = workload.spec().on(engine, workload.weights(), options);
    this.plan = layer.plan(input, output);
    this.execution = plan.newExecution();
    this.x =
        OctaveTensor.of(
            filled(workload.input(Frequency.HIGH), plan.input().high()),
            filled(workload.input(Frequency.LOW), plan.input().low()));
    this.y = OctaveTensor.of(empty(plan.output().high()), empty(plan.output().low()));
  }

  /** Data lie in the layout that the plan likes best, as between the layers of a network. */
  static OctaveContender inPlanLayout(LayerWorkload workload, int threads, DataType type) {
    return new OctaveContender(
        NAME,
        workload,
        PlanOptions.DEFAULT.tuning(Tuning.MEASURED).threads(threads).type(type),
        OctaveDesc.any(workload.spec().in(), workload.shape()),
        OutputFormat.ANY);
  }

  /** Data come and go in rows, channel by channel, as the other libraries take them. */
  static OctaveContender rowMajor(LayerWorkload workload, int threads) {
    return new OctaveContender(
        ROW_MAJOR,
        workload,
        PlanOptions.DEFAULT.tuning(Tuning.MEASURED).threads(threads),
        new OctaveDesc(
            rowMajor(workload.input(Frequency.HIGH)), rowMajor(workload.input(Frequency.LOW))),
        OutputFormat.NCHW);
  }

  private static MemoryDesc rowMajor(NamedTensor tensor) {
    return tensor == null ? null : MemoryDesc.of(DataType.F32, FormatTag.NCHW, tensor.dims());
  }

  private Tensor filled(NamedTensor values, MemoryDesc desc) {
    if (values == null) {
      return null;
    }
    Tensor tensor = empty(desc);
    Reorder.copy(engine, Tensor.of(arena, values.values(), values.dims()), tensor);
    return tensor;
  }

  private Tensor empty(MemoryDesc desc) {
    return desc == null ? null : Tensor.allocate(desc, arena);
  }

  @Override
  public String library() {
    return library;
  }

  @Override
  public String version() {
    return "oneDNN " + CpuIsa.libraryVersion();
  }

  @Override
  public String dtype() {
    return options.type().name().toLowerCase(Locale.ROOT);
  }

  /** Runs once and returns plan, data and results as a file. */
  byte[] export() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      execution.export(x, y, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // does not happen in memory
    }
    return out.toByteArray();
  }

  @Override
  public void run() {
    execution.run(x, y);
  }

  @Override
  public List<float[]> outputs() {
    return parts(y).stream().map(this::floats).toList();
  }

  private static List<Tensor> parts(OctaveTensor tensor) {
    List<Tensor> parts = new ArrayList<>();
    if (tensor.hasHigh()) {
      parts.add(tensor.high());
    }
    if (tensor.hasLow()) {
      parts.add(tensor.low());
    }
    return parts;
  }

  private float[] floats(Tensor tensor) {
    try (Arena copy = Arena.ofConfined()) {
      Tensor rows =
          Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.NCHW, tensor.desc().dims()), copy);
      Reorder.copy(engine, tensor, rows);
      return rows.floats();
    }
  }

  @Override
  public void close() {
    execution.close();
    plan.close();
    layer.close();
    engine.close();
    arena.close();
  }
}
