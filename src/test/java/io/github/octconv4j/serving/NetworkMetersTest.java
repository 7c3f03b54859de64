package io.github.octconv4j.serving;

import static io.github.octconv4j.serving.NetworkReferenceTest.image;
import static io.github.octconv4j.serving.NetworkReferenceTest.network;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.nn.Network;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What Micrometer gets to see. */
class NetworkMetersTest {
  @Test
  void metersAreThoseOfTheCurrentNetwork() {
    MeterRegistry registry = new SimpleMeterRegistry();
    try (NetworkReference reference = new NetworkReference(network(0))) {
      new NetworkMeters(reference).bindTo(registry);
      System.gc(); // counters hold nothing themselves
      for (int i = 0; i < 3; i++) {
        reference.use(network -> network.run(image(1)));
      }
      assertThat(registry.get("octconv4j.runs").tag("network", "small").functionCounter().count())
          .isEqualTo(3);
      assertThat(registry.get("octconv4j.turn").functionTimer().count()).isEqualTo(3);
      assertThat(registry.get("octconv4j.turn").functionTimer().totalTime(TimeUnit.NANOSECONDS))
          .isPositive();
      assertThat(registry.get("octconv4j.turn.bucket").tag("le", "+Inf").functionCounter().count())
          .isEqualTo(3);
      assertThat(registry.get("octconv4j.plans.built").functionCounter().count()).isEqualTo(1);
      assertThat(registry.get("octconv4j.turns.limit").gauge().value()).isEqualTo(2);
      assertThat(registry.get("octconv4j.turns.active").gauge().value()).isZero();
      assertThat(registry.get("octconv4j.weights.memory").gauge().value()).isPositive();

      Network next = network(1);
      reference.replace(next);
      assertThat(registry.get("octconv4j.runs").functionCounter().count()).isZero();
    }
  }
}
