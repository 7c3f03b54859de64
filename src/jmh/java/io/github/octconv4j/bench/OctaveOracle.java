package io.github.octconv4j.bench;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * What an octave convolution should give: that of the interpreter for a graph of this one layer,
 * all in double. The oracle of the tests and of the comparison with other libraries.
 */
public final class OctaveOracle {
  private final OctaveConv2d spec;
  private final Map<OctavePath, TensorData> kernels = new EnumMap<>(OctavePath.class);
  private final Map<Frequency, double[]> biases = new EnumMap<>(Frequency.class);

  /** Makes a convolution whose kernels and biases are still to be set. */
  public OctaveOracle(OctaveConv2d spec) {
    this.spec = spec;
  }

  /**
   * Parts (n, c, h, w) of both frequencies, in double; null where there are no channels.
   *
   * @param high the high part
   * @param low the low part
   */
  public record Parts(TensorData high, TensorData low) {}

  /** Parts, or any other tensor, in double. */
  public static TensorData tensor(float[] values, long... dims) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return tensor(doubles, dims);
  }

  /** Parts, or any other tensor, which are not copied. */
  public static TensorData tensor(double[] values, long... dims) {
    return TensorData.of(ElementType.F64, MemorySegment.ofArray(values), dims);
  }

  /** Sets the kernel (out, in / groups, kh, kw) of a path. */
  public OctaveOracle kernel(OctavePath path, float[] values) {
    kernels.put(path, tensor(values, spec.weightsShape(path)));
    return this;
  }

  /** Adds the bias of a path, one value for each output channel, to that of its output. */
  public OctaveOracle bias(OctavePath path, float[] values) {
    double[] sum = biases.computeIfAbsent(path.destination(), f -> new double[values.length]);
    for (int i = 0; i < values.length; i++) {
      sum[i] += values[i];
    }
    return this;
  }

  /**
   * Applies the convolution.
   *
   * @throws IllegalArgumentException if an image on the way would have no row or column, or if what
   *     is to be added has different sizes
   */
  public Parts apply(Parts x) {
    Graph graph = graph(shape(x));
    Map<String, TensorData> inputs = new HashMap<>();
    if (x.high() != null) {
      inputs.put("x_h", x.high());
    }
    if (x.low() != null) {
      inputs.put("x_l", x.low());
    }
    Map<String, TensorData> y = Interpreter.ofHeap().run(graph, inputs);
    return new Parts(y.get("y_h"), y.get("y_l"));
  }

  /**
   * Returns the convolution of images of a size as a graph.
   *
   * @throws IllegalArgumentException as in {@link #apply}
   */
  public Graph graph(OctaveShape shape) {
    Map<Frequency, TensorData> sums = new EnumMap<>(Frequency.class);
    biases.forEach((output, sum) -> sums.put(output, tensor(sum, sum.length)));
    return LayerGraph.of(spec, kernels, sums, shape, ElementType.F64);
  }

  /** The size of both parts; where one is missing, nobody asks for its own. */
  private static OctaveShape shape(Parts x) {
    long[] high = (x.high() != null ? x.high() : x.low()).dims();
    long[] low = (x.low() != null ? x.low() : x.high()).dims();
    return new OctaveShape((int) high[0], (int) high[2], (int) high[3], (int) low[2], (int) low[3]);
  }
}
