package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.SizeRule;
import java.lang.foreign.Arena;

/** Two layers in a row: the second takes what the first gives, in its layout, without reorders. */
public class OwnLayout {
  public static void main(String[] args) {
    OctaveConv2d first = OctaveConv2d.of(16, 32).kernel(3).padding(1).alpha(0, 0.5).build();
    OctaveConv2d second = OctaveConv2d.of(32, 32).kernel(3).padding(1).alpha(0.5).build();
    OctaveShape shape = OctaveShape.of(1, 28, 28, SizeRule.FLOOR);

    try (Engine engine = Engine.cpu();
        OctaveLayer a = first.on(engine, OctaveWeights.split(first, new float[4608], null));
        OctaveLayer b = second.on(engine, OctaveWeights.split(second, new float[9216], null));
        // "any" leaves the layout to the plan; what it chose is asked of it afterwards
        OctavePlan planA = a.plan(OctaveDesc.any(first.in(), shape), OutputFormat.ANY);
        OctavePlan planB = b.plan(planA.output(), OutputFormat.ANY);
        OctaveExecution runA = planA.newExecution();
        OctaveExecution runB = planB.newExecution();
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = allocate(planA.input(), arena);
      OctaveTensor between = allocate(planA.output(), arena);
      OctaveTensor y = allocate(planB.output(), arena);
      for (int i = 0; i < 10; i++) { // one thread, nothing is allocated
        runA.run(x, between);
        runB.run(between, y);
      }
      System.out.println(between);
      System.out.println(y);
    }
  }

  private static OctaveTensor allocate(OctaveDesc desc, Arena arena) {
    return OctaveTensor.of(allocate(desc.high(), arena), allocate(desc.low(), arena));
  }

  private static Tensor allocate(MemoryDesc desc, Arena arena) {
    return desc == null ? null : Tensor.allocate(desc, arena);
  }
}
