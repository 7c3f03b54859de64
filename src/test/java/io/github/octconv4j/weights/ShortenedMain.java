package io.github.octconv4j.weights;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/** A main whose weight file is shortened and overwritten while Java and oneDNN read it. */
final class ShortenedMain {
  private static final int COUNT = 1 << 20;
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NC, 1, COUNT);

  private ShortenedMain() {}

  /**
   * Prints what each reader saw.
   *
   * @param args the folder for the file, how often it is shortened
   */
  public static void main(String[] args) throws Exception {
    float[] ones = new float[COUNT];
    Arrays.fill(ones, 1);
    Path path =
        new SafetensorsWriter()
            .floats("read", ones, 1, COUNT)
            .floats("late", ones, 1, COUNT)
            .write(Path.of(args[0], "net.safetensors"));
    try (Engine engine = Engine.cpu();
        Arena arena = Arena.ofConfined();
        SafetensorsFile file = SafetensorsFile.open(path);
        RandomAccessFile other = new RandomAccessFile(path.toFile(), "rw")) {
      MemorySegment segment = file.tensor("read").segment();
      long length = other.length();
      other.setLength(1000);
      System.out.println("oneDNN: " + sum(engine, arena, segment));
      System.out.println("Java: " + read(file.tensor("read")));
      System.out.println("late: " + read(file.tensor("late")));

      // Now at random moments, with other content behind: each read is of one of three kinds.
      Thread shortener = Thread.ofPlatform().start(() -> flap(other, length, args[1]));
      int seen = 0;
      while (shortener.isAlive()) {
        seen |=
            switch (read(file.tensor("late"))) {
              case "all ones" -> 1;
              case "other values" -> 2;
              default -> 4;
            };
      }
      System.out.println("reads went on: " + (seen != 0));
      other.setLength(length);
      System.out.println("late again: " + read(file.tensor("late")));
    }
  }

  private static void flap(RandomAccessFile file, long length, String times) {
    try {
      for (int i = Integer.parseInt(times); i > 0; i--) {
        file.setLength(1000 + i * 37L);
        file.setLength(length);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double sum(Engine engine, Arena arena, MemorySegment segment) {
    Tensor copy = Tensor.allocate(DESC, arena);
    Reorder.copy(engine, new Tensor(DESC, segment), copy);
    double sum = 0;
    for (int i = 0; i < COUNT; i++) {
      sum += copy.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }
    return sum;
  }

  private static String read(TensorView tensor) {
    try {
      for (float value : tensor.toFloats()) {
        if (value != 1) {
          return "other values";
        }
      }
      return "all ones";
    } catch (UncheckedIOException e) {
      return e.getCause().getMessage();
    }
  }
}
