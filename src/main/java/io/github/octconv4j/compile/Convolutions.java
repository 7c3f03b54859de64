package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.WindowAxis;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Convolutions with channels innermost, in 1 to 3 dimensions, and what follows them. */
final class Convolutions {
  private Convolutions() {}

  static boolean lower(Conv op, Node node, Lowering lowering) {
    if (!lowering.isNative(node) || lowering.dims(node.input(0)).length > 5) {
      return false;
    }
    String source = node.input(0);
    long[] x = lowering.dims(source);
    long[] w = lowering.dims(node.input(1));
    List<WindowAxis> axes = op.window().axes(spatial(x), spatial(w));
    if (!Windows.fit(axes)) {
      return false;
    }
    FormatTag tag = FormatTag.channelsLast(x.length);
    Window window = Windows.of(axes);
    long[] weightDims = op.group() == 1 ? w : grouped(w, op.group());
    MemoryDesc weights = lowering.rows(weightDims);
    String biasName = node.input(2);
    Convolution convolution =
        new Convolution(
            lowering.desc(tag, x),
            weights.any(),
            biasName.isEmpty() ? null : Storage.rowMajor(w[0]),
            lowering.desc(tag, lowering.dims(node.output())),
            window);
    Epilogue.Step step = Epilogue.of(node, convolution, lowering);
    PrimitiveDesc desc = step.desc();
    Map<Arg, Operand> operands = new HashMap<>(step.operands());
    operands.put(Arg.SRC, lowering.in(source, tag));
    MemoryDesc wanted = desc.desc(Arg.WEIGHTS);
    TensorData data = lowering.graph.constant(node.input(1));
    operands.put(
        Arg.WEIGHTS,
        data == null
            ? lowering.as(node.input(1), lowering.rowMajor(node.input(1)).view(weights), wanted)
            : lowering.constant(
                node.input(1), data, "weights", Storage.rowMajor(weightDims), wanted));
    if (!biasName.isEmpty()) {
      operands.put(Arg.BIAS, lowering.exact(biasName));
    }
    operands.put(Arg.DST, lowering.output(step.output(), desc));
    lowering.builder.add(node.name(), desc, operands);
    return true;
  }

  static long[] spatial(long[] dims) {
    return Arrays.copyOfRange(dims, 2, dims.length);
  }

  static long[] grouped(long[] w, long groups) {
    long[] dims = new long[w.length + 1];
    System.arraycopy(w, 0, dims, 1, w.length);
    dims[0] = groups;
    dims[1] = w[0] / groups;
    return dims;
  }
}
