package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.octconv4j.dnn.CpuIsa;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * The plans of the benchmark layers have the steps and implementations that they had when the lists
 * were kept: what is not let through any more, or a step that is added, shows. Each instruction set
 * has a list of its own; to renew one, run {@link BenchPlans} and look at what changed.
 */
class BenchPlansTest {
  @Test
  void nothingIsLost() throws IOException {
    try (InputStream kept = BenchPlansTest.class.getResourceAsStream(BenchPlans.resource())) {
      assumeTrue(kept != null, () -> "no list of plans is kept for " + CpuIsa.name());
      String lines = new String(kept.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(BenchPlans.lines()).containsExactlyElementsOf(lines.lines().toList());
    }
  }
}
