package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.octave.plan.Formulation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording tells of plans. */
class PlanEventsTest {
  private static final OctaveConv2d SPEC =
      OctaveConv2d.of(16, 32).kernel(3).padding(1).alpha(0.5).build();

  @TempDir Path folder;

  @Test
  void oneMissWithItsBuildsAndItsChoiceThenHits() throws IOException {
    List<RecordedEvent> events = record(Tuning.MEASURED, 3);
    RecordedEvent miss = only(events, "PlanCacheMiss");
    assertThat(miss.getString("cache")).isEqualTo("OctaveLayer");
    assertThat(miss.getBoolean("succeeded")).isTrue();
    assertThat(named(events, "PlanCacheHit"))
        .hasSize(2)
        .allSatisfy(hit -> assertThat(hit.getString("key")).isEqualTo(miss.getString("key")));

    RecordedEvent choice = only(events, "PlanChoice");
    List<RecordedEvent> builds = named(events, "PlanBuild");
    assertThat(choice.getString("way")).isEqualTo("MEASURED");
    assertThat(choice.getString("type")).isEqualTo("F32");
    assertThat(choice.getInt("timed")).isBetween(2, choice.getInt("possible"));
    assertThat(builds).hasSizeGreaterThanOrEqualTo(choice.getInt("timed"));
    assertThat(builds)
        .extracting(build -> build.getString("formulation"))
        .contains(choice.getString("formulation"));
    assertThat(choice.getDuration()).isLessThanOrEqualTo(miss.getDuration());
  }

  @Test
  void aBuildSaysWhatIsInIt() throws IOException {
    RecordedEvent build = only(record(Tuning.OFF, 1), "PlanBuild");
    assertThat(build.getString("convolution")).contains("kernelHeight=3");
    assertThat(build.getString("type")).isEqualTo("F32");
    assertThat(build.getString("formulation")).isEqualTo(Formulation.DEFAULT.toString());
    assertThat(build.getInt("primitives")).isEqualTo(6); // 4 convolutions, a pool, an upsampling
    assertThat(build.getLong("references")).isZero();
    // 8x8 pixels of 8 > 16 channels, and three of the paths on 4x4
    assertThat(build.getLong("multiplyAdds")).isEqualTo(9L * 8 * 16 * (64 + 3 * 16));
  }

  private List<RecordedEvent> record(Tuning tuning, int runs) throws IOException {
    Path file = folder.resolve(tuning + ".jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      PlanOptions options = PlanOptions.DEFAULT.tuning(tuning).choices(PlanChoices.inMemory());
      OctaveProblem problem = new OctaveProblem(SPEC, 1, 8, 8, Set.of(), new Random(1));
      try (Engine engine = Engine.cpu();
          OctaveLayer layer = SPEC.on(engine, problem.weights(), options);
          Arena arena = Arena.ofConfined()) {
        OctaveTensor x = problem.input(FormatTag.NHWC, arena);
        for (int i = 0; i < runs; i++) {
          layer.apply(x, OutputFormat.NHWC, arena);
        }
      }
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found = named(events, name);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("io.github.octconv4j." + name))
        .toList();
  }
}
