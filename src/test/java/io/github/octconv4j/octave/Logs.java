package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.Engine;
import java.lang.foreign.Arena;
import java.util.stream.IntStream;

/** Does what is logged; the main of a child JVM. */
final class Logs {
  private Logs() {}

  public static void main(String[] args) {
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.OFF);
    OctaveConv2d far = OctaveConv2d.of(4, 4).kernel(40).dilation(30, 30).padding(585).build();
    run(far, options, 8, 8);
    OctaveConv2d usual = OctaveConv2d.of(4, 4).build();
    run(usual, options, IntStream.rangeClosed(8, 8 + OctaveLayer.CACHED_PLANS).toArray());
  }

  private static void run(OctaveConv2d spec, PlanOptions options, int... sizes) {
    float[] kernel = new float[4 * 4 * spec.kernelHeight() * spec.kernelWidth()];
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, OctaveWeights.split(spec, kernel, null), options);
        Arena arena = Arena.ofConfined()) {
      for (int size : sizes) {
        layer.apply(OctaveTensor.ofHigh(arena, new float[4 * size * size], 1, 4, size, size));
      }
    }
  }
}
