package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.LayerGraph;
import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.onnx.OnnxWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** One octave convolution with random weights and data, the same for all. */
final class LayerWorkload implements Workload {
  private static final long SEED = 1904_05049;

  private final String name;
  private final double alpha;
  private final OctaveConv2d spec;
  private final OctaveWeights weights;
  private final OctaveShape shape;
  private final NamedTensor high; // null where there are no high channels
  private final NamedTensor low; // null where there are no low channels
  private final List<float[]> expected;

  LayerWorkload(LayerShape layer, double alpha) {
    this(layer.name(), alpha, layer.spec(alpha), layer.size(), layer.bias());
  }

  LayerWorkload(String name, double alpha, OctaveConv2d spec, OctaveShape shape, boolean biased) {
    this.name = name;
    this.alpha = alpha;
    this.spec = spec;
    this.shape = shape;
    Random random = new Random(SEED);
    this.weights = weights(spec, biased, random);
    this.high = input("x_h", Frequency.HIGH, random);
    this.low = input("x_l", Frequency.LOW, random);
    this.expected = interpreted();
  }

  private static OctaveWeights weights(OctaveConv2d spec, boolean biased, Random random) {
    OctaveWeights.Builder weights = OctaveWeights.of(spec);
    for (OctavePath path : spec.paths()) {
      long[] dims = spec.weightsShape(path);
      long terms = dims[1] * dims[2] * dims[3];
      weights.kernel(path, gaussian(dims[0] * terms, Math.sqrt(1.0 / terms), random));
    }
    if (biased) {
      for (Frequency output : Frequency.values()) {
        if (spec.out().of(output) > 0) {
          weights.bias(output, gaussian(spec.out().of(output), 1, random));
        }
      }
    }
    return weights.build();
  }

  private NamedTensor input(String input, Frequency frequency, Random random) {
    int channels = spec.in().of(frequency);
    if (channels == 0) {
      return null;
    }
    long[] dims = dims(shape, frequency, channels);
    return new NamedTensor(input, gaussian(dims[0] * dims[1] * dims[2] * dims[3], 1, random), dims);
  }

  static long[] dims(OctaveShape shape, Frequency frequency, int channels) {
    return frequency == Frequency.HIGH
        ? new long[] {shape.batch(), channels, shape.height(), shape.width()}
        : new long[] {shape.batch(), channels, shape.lowHeight(), shape.lowWidth()};
  }

  private static float[] gaussian(long count, double scale, Random random) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /** What the interpreter gives in double; it shares no code with any contender. */
  private List<float[]> interpreted() {
    OctaveOracle oracle = new OctaveOracle(spec);
    for (OctavePath path : spec.paths()) {
      oracle.kernel(path, weights.kernel(path));
    }
    for (Frequency output : Frequency.values()) {
      float[] bias = weights.bias(output);
      if (bias != null) {
        OctavePath first =
            spec.paths().stream().filter(p -> p.destination() == output).findFirst().orElseThrow();
        oracle.bias(first, bias);
      }
    }
    OctaveOracle.Parts y = oracle.apply(new OctaveOracle.Parts(image(high), image(low)));
    return Stream.of(y.high(), y.low())
        .filter(image -> image != null)
        .map(TensorData::toFloats)
        .toList();
  }

  private static TensorData image(NamedTensor tensor) {
    return tensor == null ? null : OctaveOracle.tensor(tensor.values(), tensor.dims());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public double alpha() {
    return alpha;
  }

  @Override
  public List<float[]> expected() {
    return expected;
  }

  OctaveConv2d spec() {
    return spec;
  }

  OctaveWeights weights() {
    return weights;
  }

  OctaveShape shape() {
    return shape;
  }

  /** The inputs there are, the high one first. */
  List<NamedTensor> inputs() {
    return Stream.of(high, low).filter(input -> input != null).toList();
  }

  /** The part of the input of one frequency, or null. */
  NamedTensor input(Frequency frequency) {
    return frequency == Frequency.HIGH ? high : low;
  }

  /** The layer as an exporter writes it. */
  byte[] onnx() {
    return OnnxWriter.toBytes(LayerGraph.of(spec, weights, shape));
  }

  @Override
  public List<Contender> contenders(int threads) {
    List<Contender> contenders = new ArrayList<>();
    try {
      OctaveContender ours = OctaveContender.inPlanLayout(this, threads, DataType.F32);
      contenders.add(ours);
      contenders.add(OctaveContender.rowMajor(this, threads));
      if (Bf16Column.isPossible()) {
        contenders.add(OctaveContender.inPlanLayout(this, threads, DataType.BF16));
      }
      contenders.add(new OnnxRuntimeContender(onnx(), inputs(), threads));
      contenders.add(
          new PyTorchContender(
              manager -> new PyTorchOctave(spec, weights, manager), inputs(), threads));
      if (threads == 1) {
        contenders.add(new JavaCppContender(ours));
      }
      return contenders;
    } catch (RuntimeException | Error e) {
      contenders.reversed().forEach(Contender::close);
      throw e;
    }
  }
}
