package io.github.octconv4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.nn.FeatureMap;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkBuilder;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.NetworkOptions;
import io.github.octconv4j.nn.Norm;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A network that others take the place of while it is used. */
class NetworkReferenceTest {
  private static final NetworkInfo INFO =
      new NetworkInfo(
          "small", 3, 8, 8, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), List.of("a", "b", "c"));

  /** Which of two sets of weights it has can be seen in its results. */
  static Network network(int seed) {
    return network(seed, 2);
  }

  static Network network(int seed, int runsAtOnce) {
    PlanOptions plans = PlanOptions.DEFAULT.tuning(Tuning.OFF);
    NetworkBuilder net = new NetworkBuilder(3, 8, 8);
    OctaveConv2d spec = OctaveConv2d.of(3, 8).kernel(3).padding(1).alpha(0, 0.5).build();
    FeatureMap x = net.convolution("conv", net.input(), spec, Norm.BIAS, Activation.RELU);
    x = net.linear("fc", net.globalAverage("mean", x), 3, Activation.NONE);
    return new Network(INFO, net.build(x), Parameters.random(seed))
        .configure(NetworkOptions.of(plans).runsAtOnce(runsAtOnce));
  }

  static float[] image(int seed) {
    float[] values = new float[3 * 8 * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(0.1 * i + seed);
    }
    return values;
  }

  static float[] expected(int network, int image) {
    try (Network alone = network(network)) {
      return alone.run(image(image));
    }
  }

  private static boolean isOpen(Network network) {
    try {
      network.predictor().close();
      return true;
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("Network is closed");
      return false;
    }
  }

  /** No request fails, each has the results of one of the networks, and all old ones are closed. */
  @Test
  void aHundredSwapsUnderLoad() throws Exception {
    List<float[]> expected = List.of(expected(0, 1), expected(1, 1));
    AtomicBoolean end = new AtomicBoolean();
    AtomicInteger runs = new AtomicInteger();
    List<Network> all = new ArrayList<>(List.of(network(0)));
    try (NetworkReference reference = new NetworkReference(all.getFirst());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ends.add(
            clients.submit(
                () -> {
                  while (!end.get()) {
                    float[] result = reference.use(network -> network.run(image(1)));
                    assertThat(expected).anyMatch(one -> Arrays.equals(one, result));
                    runs.incrementAndGet();
                    Thread.sleep(1); // the processors are for the networks that are made
                  }
                  return null;
                }));
      }
      for (int i = 1; i <= 100; i++) {
        Network next = network(i % 2);
        next.warmUp(1);
        all.add(next);
        reference.replace(next);
        int before = runs.get();
        while (runs.get() == before) {
          Thread.onSpinWait(); // somebody ran on it
        }
      }
      end.set(true);
      for (Future<?> each : ends) {
        each.get(); // throws what went wrong
      }
      assertThat(runs.get()).isGreaterThanOrEqualTo(100);
      assertThat(all.subList(0, 100)).noneMatch(NetworkReferenceTest::isOpen);
      assertThat(isOpen(all.getLast())).isTrue();
    }
    assertThat(isOpen(all.getLast())).isFalse();
  }

  @Test
  void aLeaseKeepsItsNetworkOpen() {
    Network first = network(0);
    Network second = network(1);
    NetworkReference reference = new NetworkReference(first);
    NetworkReference.Lease lease = reference.lease();
    NetworkReference.Lease other = reference.lease();
    reference.replace(second);
    Network now = reference.use(network -> network);
    assertThat(now).isSameAs(second);
    assertThat(lease.network().run(image(2))).containsExactly(expected(0, 2));
    lease.close();
    lease.close(); // counts once
    assertThat(isOpen(first)).isTrue();
    other.close();
    assertThat(isOpen(first)).isFalse();
    reference.replace(second); // which it has
    assertThat(isOpen(second)).isTrue();

    NetworkReference.Lease last = reference.lease();
    reference.close();
    reference.close();
    assertThat(last.network().run(image(2))).containsExactly(expected(1, 2));
    last.close();
    assertThat(isOpen(second)).isFalse();
    assertThatThrownBy(reference::lease).hasMessage("NetworkReference is closed");
    Network late = network(0);
    assertThatThrownBy(() -> reference.replace(late)).hasMessage("NetworkReference is closed");
    assertThat(isOpen(late)).isFalse();
  }

  @Test
  void aTaskThatThrowsGivesItsLeaseBack() {
    Network first = network(0);
    try (NetworkReference reference = new NetworkReference(first)) {
      assertThatThrownBy(() -> reference.use(network -> network.run(new float[1])))
          .hasMessageContaining("multiple of 192");
      reference.replace(network(1));
      assertThat(isOpen(first)).isFalse();
    }
  }
}
