package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording tells of runs. */
class RunEventsTest {
  private static final String EXECUTION = "io.github.octconv4j.Execution";
  private static final String PRIMITIVE = "io.github.octconv4j.Primitive";
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 16, 4, 2);

  @TempDir Path folder;

  @Test
  void eachRunAndEachPrimitiveOfIt() throws IOException {
    List<RecordedEvent> events =
        record(
            recording -> {
              recording.enable(EXECUTION).withoutThreshold();
              recording.enable(PRIMITIVE);
            },
            3);

    List<RecordedEvent> runs = named(events, EXECUTION);
    assertThat(runs)
        .hasSize(3)
        .allSatisfy(
            run -> {
              assertThat(run.getString("program")).isEqualTo("two lanes");
              assertThat(run.getString("input")).isEqualTo("x f32 1x16x4x2 acdb");
              assertThat(run.getString("types")).as("no weights").isEmpty();
              assertThat(run.getInt("threads")).isEqualTo(2);
              assertThat(run.getInt("primitives")).isEqualTo(3);
              assertThat(run.getStackTrace()).isNull();
            });
    for (int i = 1; i < runs.size(); i++) { // one object for all, each with times of its own
      assertThat(runs.get(i).getStartTime()).isAfterOrEqualTo(runs.get(i - 1).getEndTime());
    }

    List<RecordedEvent> primitives = named(events, PRIMITIVE);
    assertThat(primitives).hasSize(9);
    for (int index = 0; index < 3; index++) {
      int wanted = index;
      List<RecordedEvent> same =
          primitives.stream().filter(event -> event.getInt("index") == wanted).toList();
      assertThat(same).hasSize(3);
      for (int i = 0; i < 3; i++) {
        RecordedEvent primitive = same.get(i);
        assertThat(primitive.getString("program")).isEqualTo("two lanes");
        assertThat(primitive.getString("step")).isEqualTo(List.of("first", "a", "b").get(index));
        assertThat(primitive.getString("operation")).isEqualTo("eltwise");
        assertThat(primitive.getString("implementation")).startsWith("jit:");
        assertThat(primitive.getString("source"))
            .isEqualTo(index == 0 ? "x f32 1x16x4x2 acdb" : "t f32 1x16x4x2 acdb");
        assertThat(primitive.getString("weights")).isNull();
        assertThat(primitive.getString("destination"))
            .isEqualTo(List.of("t", "y", "z").get(index) + " f32 1x16x4x2 acdb");
        assertThat(primitive.getLong("bytesRead")).isEqualTo(16 * 4 * 2 * 4);
        assertThat(primitive.getLong("bytesWritten")).isEqualTo(16 * 4 * 2 * 4);
        assertThat(primitive.getStartTime()).isAfterOrEqualTo(runs.get(i).getStartTime());
        assertThat(primitive.getEndTime()).isBeforeOrEqualTo(runs.get(i).getEndTime());
      }
    }
  }

  @Test
  void byDefaultSlowRunsAloneAndNoPrimitives() throws IOException {
    List<RecordedEvent> events = record(recording -> {}, 100);
    assertThat(named(events, EXECUTION))
        .allSatisfy(
            run -> assertThat(run.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(10)));
    assertThat(named(events, PRIMITIVE)).isEmpty();
  }

  private List<RecordedEvent> record(Consumer<Recording> settings, int runs) throws IOException {
    Path file = folder.resolve("runs.jfr");
    try (Engine engine = Engine.cpu();
        ProgramBuilder builder = new ProgramBuilder(engine, 1);
        Recording recording = new Recording()) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      Operand z = builder.output("z", DESC);
      Operand t = builder.temporary("t", DESC);
      add(builder, "first", x, t);
      builder.sideBySide(
          2, lane -> add(builder, lane == 0 ? "a" : "b", t, List.of(y, z).get(lane)));
      try (Program program = builder.build();
          Execution execution = program.newExecution("two lanes")) {
        List.of(x, y, z).forEach(execution::allocate);
        settings.accept(recording);
        execution.run(); // before the recording
        recording.start();
        for (int i = 0; i < runs; i++) {
          execution.run();
        }
        recording.stop();
        execution.run(); // after it
      }
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static void add(ProgramBuilder builder, String name, Operand from, Operand to) {
    Eltwise relu = new Eltwise(Algorithm.ELTWISE_RELU, DESC, DESC, 0, 0);
    builder.add(name, builder.describe(relu, Attributes.NONE), Map.of(Arg.SRC, from, Arg.DST, to));
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals(name))
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .toList();
  }
}
