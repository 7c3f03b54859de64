package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** One layer serves many virtual threads; its plan is built once. */
public class ManyThreads {
  public static void main(String[] args) throws Exception {
    OctaveConv2d spec = OctaveConv2d.of(8, 16).kernel(3).padding(1).alpha(0, 0.5).build();
    float[] ones = new float[16 * 8 * 3 * 3];
    Arrays.fill(ones, 1);

    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, OctaveWeights.split(spec, ones, null));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Float>> requests =
          IntStream.range(0, 100)
              .mapToObj(i -> (Callable<Float>) () -> middlePixel(layer, i))
              .toList();
      float sum = 0;
      for (Future<Float> result : threads.invokeAll(requests)) {
        sum += result.get();
      }
      System.out.println("sum " + sum + ", plans built " + layer.statistics().misses());
    }
  }

  /** The sum of 3x3 pixels of 8 channels that are all {@code value}. */
  private static float middlePixel(OctaveLayer layer, float value) {
    float[] image = new float[8 * 16 * 16];
    Arrays.fill(image, value);
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor y = layer.apply(OctaveTensor.ofHigh(arena, image, 1, 8, 16, 16));
      return y.high().floats()[8 * 16 + 8];
    }
  }
}
