package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording tells of the plans of a network. */
class NetworkEventsTest {
  private static final OctaveConv2d FIRST =
      OctaveConv2d.of(3, 16).kernel(3).padding(1).alpha(0, 0.5).build();
  private static final OctaveConv2d LAST =
      OctaveConv2d.of(16, 8).kernel(3).padding(1).alpha(0.5, 0).build();

  @TempDir Path folder;

  @Test
  void eachOctaveLayerSaysHowItWasChosen() throws IOException {
    PlanOptions options = PlanOptions.DEFAULT.choices(PlanChoices.inMemory());
    List<RecordedEvent> heuristic = record(options.tuning(Tuning.HEURISTIC));
    List<RecordedEvent> measured = record(options.tuning(Tuning.MEASURED));
    List<RecordedEvent> kept = record(options.tuning(Tuning.MEASURED));

    assertWay(named(heuristic, "PlanChoice"), "HEURISTIC");
    assertThat(named(heuristic, "PlanChoice"))
        .allSatisfy(event -> assertThat(event.getInt("timed")).isZero());
    assertWay(named(measured, "PlanChoice"), "MEASURED");
    assertThat(named(measured, "PlanChoice"))
        .allSatisfy(
            event -> assertThat(event.getInt("timed")).isEqualTo(event.getInt("possible") + 1));
    assertWay(named(kept, "PlanChoice"), "KEPT");
    assertThat(named(kept, "PlanChoice").stream().map(e -> e.getString("formulation")))
        .containsExactlyElementsOf(
            named(measured, "PlanChoice").stream().map(e -> e.getString("formulation")).toList());
  }

  @Test
  void aNetworkIsBuiltOnceWhereNothingIsMeasured() throws IOException {
    List<RecordedEvent> builds = named(record(PlanOptions.DEFAULT.tuning(Tuning.OFF)), "PlanBuild");
    assertThat(builds).hasSize(1);
    assertThat(builds.getFirst().getString("convolution")).isEqualTo("network");
    assertThat(builds.getFirst().getString("type")).isEqualTo("F32");
    assertThat(builds.getFirst().getString("formulation")).isNull();
    assertThat(builds.getFirst().getLong("references")).isZero();
    // 8x8 pixels of 3 > 8 and 8 > 8 channels, 4x4 ones of the same, and the product
    assertThat(builds.getFirst().getLong("multiplyAdds"))
        .isEqualTo(9L * (64 + 16) * (3 * 8 + 8 * 8) + 8 * 4);
  }

  private static void assertWay(List<RecordedEvent> choices, String way) {
    assertThat(choices).hasSize(2);
    assertThat(choices).allSatisfy(event -> assertThat(event.getString("way")).isEqualTo(way));
    assertThat(choices.getFirst().getString("plan")).contains("in a network", "kernelHeight=3");
  }

  private List<RecordedEvent> record(PlanOptions options) throws IOException {
    Path file = folder.resolve("network.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      NetworkBuilder b = new NetworkBuilder(3, 8, 8);
      FeatureMap x = b.convolution("first", b.input(), FIRST, Norm.NONE, Activation.NONE);
      FeatureMap last = b.convolution("last", x, LAST, Norm.NONE, Activation.NONE);
      FeatureMap y = b.linear("linear", b.globalAverage("mean", last), 4, Activation.NONE);
      try (Network network = Network.of(b.build(y), Parameters.random(1));
          Predictor predictor = network.predictor(1, options)) {
        predictor.run(new float[3 * 8 * 8]);
      }
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("io.github.octconv4j." + name))
        .toList();
  }
}
