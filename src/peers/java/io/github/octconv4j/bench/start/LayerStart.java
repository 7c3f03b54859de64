package io.github.octconv4j.bench.start;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** The first result of one octave convolution; the argument is a folder of {@link StartFiles}. */
final class LayerStart {
  static final int CHANNELS = 64;
  static final int SIZE = 56;

  /** Of the input. */
  static final long[] DIMS = {1, CHANNELS, SIZE, SIZE};

  private LayerStart() {}

  static OctaveConv2d spec() {
    return OctaveConv2d.of(CHANNELS, CHANNELS).kernel(3).padding(1).alpha(0, 0.5).build();
  }

  public static void main(String[] args) throws IOException {
    FirstResult clock = new FirstResult();
    Path folder = Path.of(args[0]);
    OctaveConv2d spec = spec();
    OctaveWeights weights =
        OctaveWeights.split(spec, FirstResult.floats(folder.resolve(StartFiles.WEIGHTS)), null);
    float[] image = FirstResult.floats(folder.resolve(StartFiles.INPUT));
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, weights);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = OctaveTensor.ofHigh(arena, image, 1, CHANNELS, SIZE, SIZE);
      OctaveTensor y = layer.apply(x);
      clock.print(Path.of(args[1]), y.high().floats());
    }
  }
}
