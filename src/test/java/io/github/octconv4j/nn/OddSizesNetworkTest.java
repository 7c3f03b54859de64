package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.bench.OctaveOracle;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveConv2dBuilder;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A network with residual blocks whose images become odd on the way, as those of Oct-ResNet's last
 * stage: 14x14 (low 7x7), 7x7 (low 3x3 or 4x4). Each layer is compared with the oracle, composed by
 * hand.
 */
class OddSizesNetworkTest {
  private static final int BATCH = 2;
  private static final int CLASSES = 5;

  private final Random random = new Random(7);
  private final Map<String, OctaveOracle> oracles = new HashMap<>();
  private final Map<String, float[]> tensors = new HashMap<>();

  private float[] random(long count, double scale) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  /** Adds a layer with random weights, and makes its oracle. */
  private FeatureMap layer(
      NetworkBuilder net,
      String name,
      FeatureMap x,
      OctaveConv2dBuilder builder,
      Activation activation) {
    OctaveConv2d spec = builder.build();
    OctaveOracle oracle = new OctaveOracle(spec);
    for (OctavePath path : spec.paths()) {
      long[] s = spec.weightsShape(path);
      float[] kernel =
          random(s[0] * s[1] * s[2] * s[3], 1.5 / Math.sqrt((double) (s[1] * s[2] * s[3])));
      tensors.put(
          String.format(Locale.ROOT, "%s.conv.conv_%s.weight", name, tensorName(path)), kernel);
      oracle.kernel(path, kernel);
    }
    for (Frequency frequency : Frequency.values()) {
      if (spec.out().of(frequency) > 0) {
        float[] bias = random(spec.out().of(frequency), 0.3);
        OctavePath first =
            spec.paths().stream()
                .filter(path -> path.destination() == frequency)
                .findFirst()
                .orElseThrow();
        tensors.put(
            String.format(Locale.ROOT, "%s.conv.conv_%s.bias", name, tensorName(first)), bias);
        oracle.bias(first, bias);
      }
    }
    oracles.put(name, oracle);
    return net.convolution(name, x, spec, Norm.BIAS, activation);
  }

  private static String tensorName(OctavePath path) {
    return path.shortName().charAt(0) + "2" + path.shortName().charAt(1);
  }

  private static OctaveConv2dBuilder conv(SizeRule rule, int in, int out, int kernel) {
    return OctaveConv2d.of(in, out)
        .alpha(0.5)
        .kernel(kernel)
        .padding(kernel / 2)
        .sizeRule(rule)
        .strideRule(StrideRule.POOL_ALL);
  }

  private OctaveOracle.Parts apply(String layer, OctaveOracle.Parts x) {
    return oracles.get(layer).apply(x);
  }

  private static OctaveOracle.Parts relu(OctaveOracle.Parts x) {
    return new OctaveOracle.Parts(relu(x.high()), relu(x.low()));
  }

  private static TensorData relu(TensorData x) {
    return x == null
        ? null
        : OctaveOracle.tensor(
            Arrays.stream(x.toDoubles()).map(value -> Math.max(0, value)).toArray(), x.dims());
  }

  private static OctaveOracle.Parts sum(OctaveOracle.Parts a, OctaveOracle.Parts b) {
    return new OctaveOracle.Parts(sum(a.high(), b.high()), sum(a.low(), b.low()));
  }

  private static TensorData sum(TensorData a, TensorData b) {
    double[] sum = a.toDoubles();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b.doubleAt(i);
    }
    return OctaveOracle.tensor(sum, a.dims());
  }

  @ParameterizedTest
  @CsvSource({
    "FLOOR, 14, 14, 1", "CEIL, 14, 14, 1", "FLOOR, 14, 14, 2", "CEIL, 14, 14, 2",
    "FLOOR, 15, 13, 1", "CEIL, 15, 13, 1", "FLOOR, 13, 14, 2", "CEIL, 11, 14, 2",
  })
  void everyLayerAgreesWithTheOracle(SizeRule rule, int height, int width, int threads) {
    NetworkBuilder net = new NetworkBuilder(3, height, width);
    FeatureMap first =
        layer(net, "first", net.input(), conv(rule, 3, 16, 3).alpha(0, 0.5), Activation.RELU);
    FeatureMap x = layer(net, "down.c1", first, conv(rule, 16, 12, 1), Activation.RELU);
    x = layer(net, "down.c2", x, conv(rule, 12, 12, 3).stride(2), Activation.RELU);
    x = layer(net, "down.c3", x, conv(rule, 12, 24, 1), Activation.NONE);
    FeatureMap shortcut =
        layer(net, "down.shortcut", first, conv(rule, 16, 24, 1).stride(2), Activation.NONE);
    FeatureMap down = net.sum("down", x, shortcut, Activation.RELU);
    x = layer(net, "same.c1", down, conv(rule, 24, 10, 3), Activation.RELU);
    x = layer(net, "same.c2", x, conv(rule, 10, 24, 3), Activation.NONE);
    x = net.sum("same", x, down, Activation.RELU);
    x = layer(net, "middle", x, conv(rule, 24, 22, 5), Activation.RELU);
    x = layer(net, "last", x, conv(rule, 22, 18, 3).alpha(0.5, 0), Activation.RELU);
    x = net.linear("fc", net.globalAverage("pool", x), CLASSES, Activation.NONE);
    float[] fc = random(18L * CLASSES, 0.4);
    float[] fcBias = random(CLASSES, 0.4);
    tensors.put("fc.weight", fc);
    tensors.put("fc.bias", fcBias);
    NetworkInfo info =
        new NetworkInfo(
            "odd",
            3,
            height,
            width,
            0,
            List.of(0f, 0f, 0f),
            List.of(1f, 1f, 1f),
            List.of("a", "b", "c", "d", "e"));
    float[] image = random(BATCH * 3L * height * width, 1);
    Map<String, OctaveOracle.Parts> expected =
        expected(OctaveOracle.tensor(image, BATCH, 3, height, width));

    try (Network network = new Network(info, net.build(x), Parameters.of(tensors));
        Predictor predictor =
            network.tracingPredictor(BATCH, PlanOptions.DEFAULT.threads(threads))) {
      float[] output = predictor.run(image);
      expected.forEach(
          (layer, result) -> {
            assertClose(layer + ".h", result.high(), predictor);
            if (result.low() != null) {
              assertClose(layer + ".l", result.low(), predictor);
            }
          });
      TensorData last = expected.get("last").high();
      for (int n = 0; n < BATCH; n++) {
        for (int o = 0; o < CLASSES; o++) {
          double wanted = fcBias[o];
          for (int c = 0; c < 18; c++) {
            wanted += mean(last, n, c) * fc[o * 18 + c];
          }
          assertThat(Math.abs(output[n * CLASSES + o] - wanted)).isLessThan(1e-5);
        }
      }
    }
  }

  /** What each layer should give, in their order. */
  private Map<String, OctaveOracle.Parts> expected(TensorData image) {
    Map<String, OctaveOracle.Parts> expected = new LinkedHashMap<>();
    OctaveOracle.Parts x = relu(apply("first", new OctaveOracle.Parts(image, null)));
    expected.put("first", x);
    OctaveOracle.Parts inner = relu(apply("down.c2", relu(apply("down.c1", x))));
    OctaveOracle.Parts down = relu(sum(apply("down.c3", inner), apply("down.shortcut", x)));
    expected.put("down", down);
    OctaveOracle.Parts same = relu(sum(apply("same.c2", relu(apply("same.c1", down))), down));
    expected.put("same", same);
    OctaveOracle.Parts middle = relu(apply("middle", same));
    expected.put("middle", middle);
    expected.put("last", relu(apply("last", middle)));
    return expected;
  }

  private static double mean(TensorData x, int n, int c) {
    int pixels = (int) (x.dims()[2] * x.dims()[3]);
    double sum = 0;
    for (int i = 0; i < pixels; i++) {
      sum += x.doubleAt((n * x.dims()[1] + c) * pixels + i);
    }
    return sum / pixels;
  }

  private static void assertClose(String name, TensorData expected, Predictor predictor) {
    assertThat(predictor.trace(name).desc().dims()).as(name).containsExactly(expected.dims());
    float[] actual = predictor.trace(name).floats();
    for (int i = 0; i < actual.length; i++) {
      double wanted = expected.doubleAt(i);
      double error = Math.abs(actual[i] - wanted);
      assertThat(error).as("%s[%d]", name, i).isLessThan(1e-5 * (1 + wanted));
    }
  }
}
