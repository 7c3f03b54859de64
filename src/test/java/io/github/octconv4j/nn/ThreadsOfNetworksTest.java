package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small networks at random, of odd and tiny sizes and with more padding than a kernel reaches: what
 * one thread computes, any number of threads does, however they cut images, rows and pixels.
 */
class ThreadsOfNetworksTest {
  private static final int NETWORKS = 24;

  private final List<String> layers = new ArrayList<>();

  static IntStream seeds() {
    return IntStream.range(0, NETWORKS);
  }

  private static FeatureMap layer(NetworkBuilder net, FeatureMap x, Random random, int number) {
    String name = "layer" + number;
    int in = x.channels().total();
    int out = 1 + random.nextInt(9);
    SizeRule rule = random.nextBoolean() ? SizeRule.FLOOR : SizeRule.CEIL;
    Activation activation = random.nextBoolean() ? Activation.NONE : Activation.RELU;
    boolean low = x.channels().low() > 0;
    return switch (random.nextInt(low ? 4 : 6)) {
      case 0 -> net.maxPool(name, x, 1 + random.nextInt(3), 1 + random.nextInt(2), 0);
      case 1 -> net.averagePool(name, x, 2 + random.nextInt(2), 1 + random.nextInt(2), 1);
      case 2, 3 -> {
        int kernel = 1 + 2 * random.nextInt(3);
        int dilation = 1 + random.nextInt(2);
        OctaveConv2d spec =
            OctaveConv2d.of(in, out)
                .split(x.channels(), ChannelSplit.of(out, random.nextInt(3) / 2.0))
                .kernel(kernel)
                .dilation(dilation)
                .padding(dilation * (kernel - 1) / 2)
                .stride(1 + random.nextInt(2))
                .strideRule(random.nextBoolean() ? StrideRule.POOL_ALL : StrideRule.KEEP_LOW)
                .sizeRule(rule)
                .build();
        yield net.convolution(name, x, spec, Norm.BATCH, activation);
      }
      default -> {
        Padding padding =
            new Padding(random.nextInt(5), random.nextInt(3), random.nextInt(5), random.nextInt(3));
        OctaveConv2d spec =
            OctaveConv2d.of(in, out)
                .kernel(1 + random.nextInt(3))
                .padding(padding)
                .dilation(1 + random.nextInt(3))
                .stride(1 + random.nextInt(4))
                .strideRule(StrideRule.MOVE_KERNEL)
                .build();
        yield net.convolution(name, x, spec, Norm.BATCH, activation);
      }
    };
  }

  private NetworkGraph graph(NetworkBuilder net, Random random) {
    FeatureMap x = net.input();
    int wanted = 1 + random.nextInt(5);
    for (int number = 0; layers.size() < wanted && number < 200; number++) {
      try {
        FeatureMap next = layer(net, x, random, number);
        layers.add(next.name() + " " + next);
        x = next;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("layer layer" + number); // does not fit: another one
      }
    }
    return net.build(net.linear("fc", net.globalAverage("pool", x), 3, Activation.NONE));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void allThreadsTogetherGiveWhatOneGives(int seed) {
    Random random = new Random(seed);
    int channels = 1 + random.nextInt(4);
    int height = 1 + random.nextInt(13);
    int width = 1 + random.nextInt(13);
    int batch = 1 + random.nextInt(4);
    NetworkBuilder net = new NetworkBuilder(channels, height, width);
    NetworkGraph graph = graph(net, random);
    NetworkInfo info =
        new NetworkInfo(
            "random",
            channels,
            height,
            width,
            0,
            Collections.nCopies(channels, 0f),
            Collections.nCopies(channels, 1f),
            List.of("a", "b", "c"));
    float[] images = new float[batch * channels * height * width];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat() - 0.5f;
    }
    try (Network network = new Network(info, graph, Parameters.random(seed))) {
      float[] expected = run(network, images, batch, 1, Tuning.OFF);
      for (int threads : new int[] {2, 3, 4 + seed % 5}) { // up to 8
        for (Tuning tuning : new Tuning[] {Tuning.OFF, Tuning.HEURISTIC}) {
          float[] actual = run(network, images, batch, threads, tuning);
          for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                .as(
                    "%d of %dx%dx%dx%d, %d threads, %s, %s",
                    i, batch, channels, height, width, threads, tuning, layers)
                .isLessThan(1e-4f * (1 + Math.abs(expected[i])));
          }
        }
      }
    }
  }

  private float[] run(Network network, float[] images, int batch, int threads, Tuning tuning) {
    PlanOptions options = PlanOptions.DEFAULT.threads(threads).tuning(tuning);
    try (Predictor predictor = network.predictor(batch, options)) {
      return predictor.run(images);
    } catch (RuntimeException e) {
      throw new AssertionError(
          String.format(Locale.ROOT, "%d threads, %s, %s", threads, tuning, layers), e);
    }
  }
}
