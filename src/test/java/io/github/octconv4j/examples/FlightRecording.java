package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Which primitives a layer ran, how often and how long, from a flight recording of a stretch. */
public class FlightRecording {
  public static void main(String[] args) throws Exception {
    OctaveConv2d spec = OctaveConv2d.of(16, 16).kernel(3).padding(1).alpha(0.5).build();
    float[] weights = new float[16 * 16 * 3 * 3];
    Path file = Files.createTempFile("layer", ".jfr");

    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, OctaveWeights.split(spec, weights, null));
        Arena arena = Arena.ofConfined();
        Recording recording = new Recording()) {
      OctaveTensor x =
          OctaveTensor.of(
              Tensor.of(arena, new float[8 * 8 * 8], 1, 8, 8, 8),
              Tensor.of(arena, new float[8 * 4 * 4], 1, 8, 4, 4));
      layer.apply(x); // plans, which would be recorded, too
      recording.enable("io.github.octconv4j.Execution").withoutThreshold();
      recording.enable("io.github.octconv4j.Primitive"); // off where nobody asks for it
      recording.start();
      for (int i = 0; i < 10; i++) {
        layer.apply(x);
      }
      recording.stop();
      recording.dump(file);
    }

    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals("io.github.octconv4j.Execution")) {
        System.out.println(
            event.getString("program") + ": " + event.getDuration().toNanos() / 1000 + " us");
      } else if (event.getEventType().getName().equals("io.github.octconv4j.Primitive")) {
        System.out.println(
            "  " + event.getString("step") + " by " + event.getString("implementation"));
      }
    }
    Files.delete(file);
  }
}
