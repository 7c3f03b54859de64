import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

public class Example {
  public static void main(String[] args) {
    OctaveConv2d spec = OctaveConv2d.of(64, 128).kernel(3).padding(1).alpha(0, 0.5).build();
    float[] dense = new float[128 * 64 * 3 * 3]; // (out, in, kh, kw), your weights
    OctaveWeights weights = OctaveWeights.split(spec, dense, null);
    float[] image = new float[64 * 56 * 56]; // (c, h, w), your data

    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, weights);
        Arena arena = Arena.ofConfined()) {
      OctaveTensor x = OctaveTensor.ofHigh(arena, image, 1, 64, 56, 56);
      OctaveTensor y = layer.apply(x); // plans once for this size; any thread may call
      MemorySegment high = y.high().segment(); // (1, 64, 56, 56) floats, off-heap
      MemorySegment low = y.low().segment(); // (1, 64, 28, 28)
      System.out.println(y + ", " + (high.byteSize() + low.byteSize()) + " bytes");
    }
  }
}
