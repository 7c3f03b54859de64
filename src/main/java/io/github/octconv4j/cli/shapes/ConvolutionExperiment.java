package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.Granularity;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A convolution. The loop adds up products in F32, which {@link ConvolutionData} keeps exact: all
 * sums are integers below 2^24, so the order of addition does not matter and nothing is rounded.
 * That is as good as a sum in double, and vectorises.
 */
final class ConvolutionExperiment implements Experiment {
  private static final Map<String, Arg> ARGUMENTS =
      Map.of("src", Arg.SRC, "wei", Arg.WEIGHTS, "dst", Arg.DST);

  private final Problem problem;
  private final Types types;
  private final boolean bias;
  private final Quantities quantities;
  private final ConvolutionData data;

  ConvolutionExperiment(Problem problem, Types types, boolean bias, Quantities quantities) {
    this.problem = problem;
    this.types = types;
    this.bias = bias;
    this.quantities = quantities;
    this.data =
        ConvolutionData.of(
            types, problem.taps() * problem.groupInputs(), (int) quantities.zeroPoint("src"));
  }

  @Override
  public String what() {
    return "conv";
  }

  @Override
  public Map<Arg, long[]> inputs() {
    Map<Arg, long[]> inputs = new HashMap<>();
    inputs.put(Arg.SRC, problem.srcDims());
    inputs.put(Arg.WEIGHTS, problem.weightsDims());
    if (bias) {
      inputs.put(Arg.BIAS, new long[] {problem.outputChannels()});
    }
    attributes()
        .quantization()
        .scales()
        .forEach(
            (arg, granularity) ->
                inputs.put(
                    Arg.scales(arg),
                    new long[] {granularity.mask() == 0 ? 1 : problem.outputChannels()}));
    attributes()
        .quantization()
        .zeroPoints()
        .keySet()
        .forEach(arg -> inputs.put(Arg.zeroPoints(arg), new long[] {1}));
    return inputs;
  }

  @Override
  public Attributes attributes() {
    boolean narrow =
        types.weights() == DataType.S8
            && data.weights().largest() * data.weights().factor() <= Quantization.NARROW;
    Quantization quantization = Quantization.NONE.narrowWeights(narrow);
    for (Map.Entry<String, Arg> argument : ARGUMENTS.entrySet()) {
      if (quantities.scales().containsKey(argument.getKey())) {
        boolean channels = argument.getKey().equals("wei") && quantities.perChannel();
        boolean groups = problem.weightsDims().length > problem.srcDims().length;
        quantization =
            quantization.scale(
                argument.getValue(),
                !channels ? Granularity.TENSOR : groups ? Granularity.of(0, 1) : Granularity.of(0));
      }
      if (quantities.zeroPoints().containsKey(argument.getKey())) {
        quantization = quantization.zeroPoint(argument.getValue());
      }
    }
    return Attributes.NONE.with(quantization);
  }

  @Override
  public long[] output() {
    return problem.dstDims();
  }

  @Override
  public List<DataType> outputTypes() {
    return types.outputs();
  }

  @Override
  public Tolerance tolerance(DataType outputType) {
    return quantities.areExact()
        ? Tolerance.EXACT
        : new Tolerance(10 * Precision.epsilon(outputType));
  }

  @Override
  public Operation operation(Layout layout, DataType outputType) {
    FormatTag tag = layout.tag(problem.axes().size() + 2);
    return new Convolution(
        MemoryDesc.of(types.src(), tag, problem.srcDims()),
        MemoryDesc.of(types.weights(), FormatTag.ANY, problem.weightsDims()),
        bias ? MemoryDesc.of(DataType.F32, FormatTag.A, problem.outputChannels()) : null,
        MemoryDesc.of(outputType, tag, problem.dstDims()),
        problem.window());
  }

  @Override
  public void fill(Arg arg, Tensor tensor) {
    if (arg.equals(Arg.SRC)) {
      data.src().fill(tensor, 1);
    } else if (arg.equals(Arg.WEIGHTS)) {
      data.weights().fill(tensor, 2);
    } else if (arg.equals(Arg.BIAS)) {
      data.bias().fill(tensor, 3);
    } else {
      fillQuantity(arg, tensor);
    }
  }

  private void fillQuantity(Arg arg, Tensor tensor) {
    float[] values = new float[(int) tensor.desc().elements()];
    ARGUMENTS.forEach(
        (name, of) -> {
          for (int i = 0; i < values.length; i++) {
            if (arg.equals(Arg.scales(of))) {
              values[i] = name.equals("wei") ? quantities.weightScale(i) : quantities.scale(name);
            } else if (arg.equals(Arg.zeroPoints(of))) {
              values[i] = quantities.zeroPoint(name);
            }
          }
        });
    tensor.set(values);
  }

  @Override
  public long bytesOfLoop() {
    return (long) Plain.bytes(problem.weightsDims());
  }

  @Override
  public void compute(Map<Arg, Tensor> inputs, Tensor result) {
    float[] weights = outputChannelsInnermost(inputs.get(Arg.WEIGHTS).segment());
    float[] start =
        bias ? inputs.get(Arg.BIAS).floats() : new float[(int) problem.outputChannels()];
    MemorySegment src = inputs.get(Arg.SRC).segment();
    long rows = problem.axis(0).output() * problem.axis(1).output();
    LongStream.range(0, problem.batch() * problem.groups() * rows)
        .parallel()
        .forEach(task -> row(task / rows, task % rows, src, weights, start, result.segment()));
  }

  /** (g, oc, ic, taps) becomes (g, taps, ic, oc): the inner loop runs over output channels. */
  private float[] outputChannelsInnermost(MemorySegment weights) {
    int taps = (int) problem.taps();
    int ic = (int) problem.groupInputs();
    int oc = (int) problem.groupOutputs();
    float[] moved = new float[taps * ic * (int) problem.outputChannels()];
    IntStream.range(0, (int) problem.outputChannels())
        .parallel()
        .forEach(
            go -> {
              long from = (long) go * ic * taps;
              for (int c = 0; c < ic; c++) {
                for (int t = 0; t < taps; t++) {
                  moved[((go / oc * taps + t) * ic + c) * oc + go % oc] =
                      weights.getAtIndex(ValueLayout.JAVA_FLOAT, from++);
                }
              }
            });
    return moved;
  }

  /**
   * One row of outputs, of all output channels of a group.
   *
   * @param image and group, counted together
   * @param row depth and height, counted together
   */
  private void row(
      long image, long row, MemorySegment src, float[] weights, float[] start, MemorySegment dst) {
    Axis d = problem.axis(0);
    Axis h = problem.axis(1);
    Axis w = problem.axis(2);
    int taps = (int) problem.taps();
    int ic = (int) problem.groupInputs();
    int oc = (int) problem.groupOutputs();
    int g = (int) (image % problem.groups());
    long od = row / h.output();
    long oh = row % h.output();
    long inPlane = d.input() * h.input() * w.input();
    long outPlane = d.output() * h.output() * w.output();
    long outRow = image * oc * outPlane + row * w.output();
    float[] sums = new float[oc];
    float srcZero = quantities.zeroPoint("src");
    for (int ow = 0; ow < w.output(); ow++) {
      Arrays.fill(sums, 0);
      for (int kd = d.firstTap(od); kd < d.endTap(od); kd++) {
        for (int kh = h.firstTap(oh); kh < h.endTap(oh); kh++) {
          for (int kw = w.firstTap(ow); kw < w.endTap(ow); kw++) {
            int tap = (int) ((kd * h.kernel() + kh) * w.kernel() + kw);
            int of = (g * taps + tap) * ic * oc;
            long at =
                image * ic * inPlane
                    + (d.inputOf(od, kd) * h.input() + h.inputOf(oh, kh)) * w.input()
                    + w.inputOf(ow, kw);
            for (int c = 0; c < ic; c++) {
              float x = src.getAtIndex(ValueLayout.JAVA_FLOAT, at + c * inPlane) - srcZero;
              if (x != 0) { // many are, by the density
                addProducts(sums, x, weights, of + c * oc);
              }
            }
          }
        }
      }
      for (int o = 0; o < oc; o++) {
        float result = scaled(sums[o], g * oc + o) + start[g * oc + o];
        dst.setAtIndex(ValueLayout.JAVA_FLOAT, outRow + o * outPlane + ow, quantized(result));
      }
    }
  }

  private float scaled(float sum, int channel) {
    return sum * quantities.scale("src") * quantities.weightScale(channel);
  }

  private float quantized(float result) {
    return result / quantities.scale("dst") + quantities.zeroPoint("dst");
  }

  private static void addProducts(float[] sums, float x, float[] weights, int from) {
    for (int o = 0; o < sums.length; o++) {
      sums[o] += x * weights[from + o];
    }
  }
}
