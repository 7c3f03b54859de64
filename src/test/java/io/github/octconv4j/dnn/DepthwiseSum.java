package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Adds a 3x3 depthwise convolution of ones, without padding, to ones. */
final class DepthwiseSum {
  private DepthwiseSum() {}

  public static void main(String[] args) {
    int channels = 6;
    Convolution convolution =
        new Convolution(
            MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, channels, 5, 5),
            MemoryDesc.of(DataType.F32, FormatTag.ANY, channels, 1, 1, 3, 3),
            MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, channels, 3, 3),
            Window.of(3, 3));
    Attributes sum = Attributes.of(PostOps.NONE.sum());
    try (Engine engine = Engine.cpu();
        PrimitiveDesc desc = PrimitiveDesc.of(engine, convolution, sum)) {
      float[] y =
          Run.run(
              engine,
              convolution,
              sum,
              Map.of(
                  Arg.SRC, ones(channels * 25),
                  Arg.WEIGHTS, ones(channels * 9),
                  Arg.DST, ones(channels * 9)));
      System.out.printf(Locale.ROOT, "%s %s %s %n", desc.implementation(), y[0], y[y.length - 1]);
    }
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
