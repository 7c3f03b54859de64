package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveConv2dBuilder;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads that share the channels of a network's maps compute what one thread computes. */
class ChannelPartsTest {
  private static final PlanOptions UNTUNED = PlanOptions.DEFAULT.tuning(Tuning.OFF);
  private static final int CLASSES = 2051; // no multiple of anything

  private static OctaveConv2dBuilder conv(
      int channels, int kernel, SizeRule sizes, StrideRule strides) {
    return OctaveConv2d.of(channels, channels)
        .alpha(0.5)
        .kernel(kernel)
        .padding(kernel / 2)
        .sizeRule(sizes)
        .strideRule(strides);
  }

  /** Two residual blocks, the first of which halves the image, then dense layers. */
  private static NetworkGraph graph(int channels, int size, SizeRule sizes, StrideRule strides) {
    NetworkBuilder net = new NetworkBuilder(3, size, size);
    OctaveConv2d first =
        OctaveConv2d.of(3, channels).alpha(0, 0.5).kernel(3).padding(1).sizeRule(sizes).build();
    FeatureMap x = net.convolution("first", net.input(), first, Norm.BATCH, Activation.RELU);
    OctaveConv2d point = conv(channels, 1, sizes, strides).build();
    OctaveConv2d wide = conv(channels, 3, sizes, strides).build();
    OctaveConv2d smaller = conv(channels, 3, sizes, strides).stride(2).build();
    FeatureMap y = net.convolution("down.1", x, point, Norm.BATCH, Activation.RELU);
    y = net.convolution("down.2", y, smaller, Norm.BATCH, Activation.RELU);
    y = net.convolution("down.3", y, point, Norm.BATCH, Activation.NONE);
    OctaveConv2d shortcut = conv(channels, 1, sizes, strides).stride(2).build();
    x = net.convolution("down.0", x, shortcut, Norm.BATCH, Activation.NONE);
    x = net.sum("down", y, x, Activation.RELU);
    y = net.convolution("same.1", x, point, Norm.BATCH, Activation.RELU);
    y = net.convolution("same.2", y, wide, Norm.BATCH, Activation.NONE);
    x = net.sum("same", y, x, Activation.RELU);
    OctaveConv2d last = conv(channels, 3, sizes, strides).alpha(0.5, 0).build();
    x = net.convolution("last", x, last, Norm.BATCH, Activation.RELU);
    OctaveConv2d plain =
        OctaveConv2d.of(channels, 256)
            .kernel(3)
            .padding(1)
            .stride(2)
            .strideRule(StrideRule.MOVE_KERNEL)
            .build();
    x = net.convolution("plain", x, plain, Norm.BATCH, Activation.RELU);
    x = net.globalAverage("pool", x);
    return net.build(net.linear("fc", x, CLASSES, Activation.NONE));
  }

  private static NetworkInfo info(int size) {
    List<String> labels = IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
    return new NetworkInfo(
        "parts", 3, size, size, 0, Collections.nCopies(3, 0f), Collections.nCopies(3, 1f), labels);
  }

  private static List<String> steps(Predictor predictor) {
    return predictor.steps().stream().map(StepInfo::name).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "12, FLOOR, POOL_ALL, 2", "12, FLOOR, KEEP_LOW, 2", "11, FLOOR, POOL_ALL, 2",
    "11, CEIL, POOL_ALL, 2", "12, FLOOR, POOL_ALL, 4", "12, FLOOR, POOL_ALL, 3",
  })
  void severalThreadsGiveWhatOneGives(int size, SizeRule sizes, StrideRule strides, int threads) {
    int channels = threads == 4 ? 256 : 128; // 32 of each frequency for a thread
    float[] image = new float[3 * size * size];
    Random random = new Random(11);
    for (int i = 0; i < image.length; i++) {
      image[i] = random.nextFloat() - 0.5f;
    }
    try (Network network =
            new Network(info(size), graph(channels, size, sizes, strides), Parameters.random(3));
        Predictor one = network.predictor(1, UNTUNED);
        Predictor many = network.predictor(1, UNTUNED.threads(threads))) {
      float[] expected = one.run(image);
      float[] actual = many.run(image);

      float largest = 0;
      for (float value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(largest).isPositive();
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).as("class %d", i).isCloseTo(expected[i], within(2e-5f * largest));
      }
      boolean shared = threads != 3; // which divides no number of channels here
      assertThat(steps(one)).noneMatch(name -> name.contains(".out1"));
      assertThat(steps(many).stream().anyMatch(name -> name.contains(".out1of" + threads)))
          .isEqualTo(shared);
      assertThat(steps(many).stream().anyMatch(name -> name.contains(".gather"))).isEqualTo(shared);
    }
  }
}
