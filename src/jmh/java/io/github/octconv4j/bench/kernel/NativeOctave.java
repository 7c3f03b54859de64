package io.github.octconv4j.bench.kernel;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
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
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;

/** Octave convolution by oneDNN, in the layout that its plan chose. */
public final class NativeOctave implements Kernel {
  private final Arena arena = Arena.ofShared();
  private final Engine engine = Engine.cpu();
  private final OctaveData data;
  private final OctaveLayer layer;
  private final OctavePlan plan;
  private final OctaveExecution execution;
  private final OctaveTensor x;
  private final OctaveTensor y;

  /** Plans the layer. */
  public NativeOctave(OctaveData data, int threads) {
    this.data = data;
    layer =
        data.spec()
            .on(
                engine,
                data.weights(),
                PlanOptions.DEFAULT.tuning(Tuning.MEASURED).threads(threads));
    plan = layer.plan(OctaveDesc.any(data.spec().in(), data.layer().size()), OutputFormat.ANY);
    execution = plan.newExecution();
    x = newInput(arena);
    y = newOutput(arena);
  }

  /** Returns the plan, which any number of threads may share. */
  public OctavePlan plan() {
    return plan;
  }

  /** Returns another copy of the input, for another thread. */
  public OctaveTensor newInput(Arena owner) {
    return OctaveTensor.of(
        input(Frequency.HIGH, plan.input().high(), owner),
        input(Frequency.LOW, plan.input().low(), owner));
  }

  private Tensor input(Frequency frequency, MemoryDesc desc, Arena owner) {
    if (desc == null) {
      return null;
    }
    Tensor tensor = Tensor.allocate(desc, owner);
    tensor.set(data.input(frequency).values());
    return tensor;
  }

  /** Returns another output, for another thread. */
  public OctaveTensor newOutput(Arena owner) {
    return OctaveTensor.of(output(plan.output().high(), owner), output(plan.output().low(), owner));
  }

  private static Tensor output(MemoryDesc desc, Arena owner) {
    return desc == null ? null : Tensor.allocate(desc, owner);
  }

  @Override
  public void run() {
    execution.run(x, y);
  }

  @Override
  public List<float[]> outputs() {
    return Stream.of(y.hasHigh() ? y.high() : null, y.hasLow() ? y.low() : null)
        .filter(tensor -> tensor != null)
        .map(Tensor::floats)
        .toList();
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
