package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.PlanOptions;
import java.lang.foreign.Arena;
import java.util.Random;

/**
 * The same layer in F32, in F32 that may be rounded to BF16 for the arithmetic (where oneDNN has
 * such kernels for the processor; 0 where it has not), and in the type that is fastest on the
 * processor: BF16 inside where it computes in it, else F32 again. The data stay F32. {@code
 * type(DataType.BF16)} insists, and is an error where there is no BF16.
 */
public class Bf16 {
  public static void main(String[] args) {
    OctaveConv2d spec = OctaveConv2d.of(32, 32).kernel(3).padding(1).alpha(0, 0.5).build();
    OctaveWeights weights = OctaveWeights.split(spec, random(32 * 32 * 9, 1), null);
    PlanOptions f32 = PlanOptions.DEFAULT;

    try (Engine engine = Engine.cpu();
        OctaveLayer exact = spec.on(engine, weights, f32);
        OctaveLayer math = spec.on(engine, weights, f32.fpMath(FpMath.BF16));
        OctaveLayer fastest = spec.on(engine, weights, PlanOptions.fastest());
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = OctaveTensor.ofHigh(arena, random(32 * 28 * 28, 2), 1, 32, 28, 28);
      float[] expected = exact.apply(x).high().floats();
      System.out.println("fastest here: " + PlanOptions.fastest().type());
      System.out.println("arithmetic " + error(expected, math.apply(x).high().floats()));
      System.out.println("everything " + error(expected, fastest.apply(x).high().floats()));
    }
  }

  /** The largest difference, relative to the largest value. */
  private static double error(float[] expected, float[] actual) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    return difference / largest;
  }

  private static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
