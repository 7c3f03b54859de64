package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.weights.SafetensorsFile;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Does something while the Java heap has room for less and less of it, in a JVM of its own. Each
 * time it must succeed with the right values or throw an error that says that memory ran out.
 * Arguments: what, most bytes of room, attempts, a network.
 */
public final class HeapExhaustion {
  private static final int[] CHUNKS = {1 << 16, 1 << 9};

  private final PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.OFF).threads(2);
  private final Engine engine = Engine.cpu();
  private final Path model;
  private final OctaveConv2d spec = OctaveConv2d.of(8, 8).kernel(3).padding(1).alpha(0.5).build();
  private final OctaveWeights weights = OctaveWeights.split(spec, ramp(8 * 8 * 9), null);
  private final float[] image = ramp(8 * 8 * 8);

  /** What else is on the heap; the first ones are made without anything of the library. */
  private final Object[] ballast = new Object[4096];

  private HeapExhaustion(Path model) {
    this.model = model;
  }

  /** Something that gives values. */
  private interface Work {
    float[] run() throws Exception;
  }

  /** Runs. */
  public static void main(String[] args) throws Exception {
    HeapExhaustion test = new HeapExhaustion(Path.of(args[3]));
    Work work =
        switch (args[0]) {
          case "reorder" -> test::reorder;
          case "layer" -> test::layer;
          case "apply" -> test.applying();
          case "predictor" -> test::predictor;
          case "file" -> test::file;
          default -> throw new IllegalArgumentException(args[0]);
        };
    test.sweep(work, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    System.exit(0);
  }

  private void sweep(Work work, int mostRoom, int attempts) throws Exception {
    float[] expected = work.run();
    for (int i = 0; i < 3; i++) {
      requireSame(expected, work.run());
    }
    Map<String, Integer> ends = new TreeMap<>();
    int exhausted = 0;
    int well = 0;
    for (int i = 0; i < attempts; i++) {
      Throwable thrown = null;
      float[] result = null;
      fill((int) ((long) mostRoom * i / attempts));
      try {
        result = work.run();
      } catch (Throwable e) { // whatever it is
        thrown = e;
      }
      Arrays.fill(ballast, null);
      if (thrown == null) {
        requireSame(expected, result);
        well++;
      } else if (isExhaustion(thrown)) {
        exhausted++;
      } else if (ends.merge(String.valueOf(thrown), 1, Integer::sum) == 1) {
        thrown.printStackTrace(System.out);
      }
      requireSame(expected, work.run());
    }
    ends.forEach((end, times) -> System.out.println("other end, " + times + " times: " + end));
    System.out.printf(Locale.ROOT, "well=%d exhausted=%d other=%d%n", well, exhausted, ends.size());
  }

  private static boolean isExhaustion(Throwable e) {
    return e instanceof OutOfMemoryError
        || (e instanceof DnnException dnn && dnn.status() == Status.OUT_OF_MEMORY);
  }

  private static void requireSame(float[] expected, float[] values) {
    if (!Arrays.equals(expected, values)) {
      throw new IllegalStateException("other values");
    }
  }

  /** Leaves so many bytes of the heap, and not much more. */
  private void fill(int room) {
    byte[] reserve = new byte[room];
    int count = 0;
    for (int size : CHUNKS) {
      try {
        while (count < ballast.length) {
          ballast[count] = new byte[size];
          count++;
        }
      } catch (OutOfMemoryError e) {
        // the next size
      }
    }
    if (reserve.length != room) {
      throw new IllegalStateException();
    }
  }

  private static float[] ramp(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i % 7 - 3;
    }
    return values;
  }

  private float[] reorder() {
    MemoryDesc nchw = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 8, 8, 8);
    MemoryDesc nhwc = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 8, 8, 8);
    try (Arena arena = Arena.ofConfined()) {
      Tensor from = Tensor.allocate(nchw, arena);
      Tensor to = Tensor.allocate(nhwc, arena);
      from.set(image);
      Reorder.copy(engine, from, to);
      return to.floats();
    }
  }

  private float[] layer() {
    try (OctaveLayer layer = spec.on(engine, weights, options);
        Arena arena = Arena.ofShared()) {
      return apply(layer, arena);
    }
  }

  private Work applying() {
    OctaveLayer layer = spec.on(engine, weights, options);
    return () -> {
      try (Arena arena = Arena.ofShared()) {
        return apply(layer, arena);
      }
    };
  }

  private float[] apply(OctaveLayer layer, Arena arena) {
    MemoryDesc high = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 4, 8, 8);
    MemoryDesc low = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 4, 4, 4);
    Tensor h = Tensor.allocate(high, arena);
    Tensor l = Tensor.allocate(low, arena);
    h.set(Arrays.copyOf(image, 256));
    l.set(Arrays.copyOf(image, 64));
    return layer.apply(OctaveTensor.of(h, l), OutputFormat.NCHW, arena).high().floats();
  }

  private float[] predictor() throws Exception {
    try (Network network = Network.load(model);
        Predictor predictor = network.predictor(1, options)) {
      return predictor.run(new float[28 * 28]);
    }
  }

  private float[] file() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(model)) {
      return new float[] {file.tensors().size()};
    }
  }
}
