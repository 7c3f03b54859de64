package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.octave.Tuning;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A large network needs little heap, and leaves nothing behind when it is closed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc/self/status")
class NetworkFootprintTest {
  private static final Pattern RESULT =
      Pattern.compile("needed (\\d+) peak (\\d+) open (\\d+) closed (\\d+)");

  /** Measuring takes half a minute of a processor: only in a soak, and the default always. */
  static List<Tuning> tunings() {
    List<Tuning> tunings = new ArrayList<>(List.of(Tuning.HEURISTIC));
    if (Soak.IS_ON) {
      tunings.addAll(List.of(Tuning.OFF, Tuning.MEASURED));
    }
    return tunings;
  }

  @ParameterizedTest
  @MethodSource("tunings")
  void aLargeNetworkInASmallHeap(Tuning tuning) {
    ChildJvm.Result result =
        ChildJvm.of(NetworkFootprint.class).option("-Xmx48m").run(tuning.name());
    Matcher numbers = RESULT.matcher(result.output());
    assertThat(numbers.find()).as(result.output()).isTrue();
    assertThat(result.exit()).isZero();
    long needed = Long.parseLong(numbers.group(1));
    long peak = Long.parseLong(numbers.group(2));
    if (tuning != Tuning.MEASURED) { // which has several plans at once
      assertThat(peak).as("peak, KiB, with %d", needed).isLessThan(needed + (120 << 10));
    }
    long freed = Long.parseLong(numbers.group(3)) - Long.parseLong(numbers.group(4));
    assertThat(freed).as("given back, KiB, of %d", needed).isGreaterThan(needed * 9 / 10);
  }
}
