package io.github.octconv4j.bench.start;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the programs that are started share: a clock that runs from {@code main} to the first
 * result, and files of floats. It uses little of the JDK, all of it in each program.
 */
final class FirstResult {
  /** Milliseconds of a tick of /proc/self/stat; the same on all Linux systems. */
  private static final int TICK_MILLIS = 10;

  private static final int USER_TICKS = 11; // words after the name of the command
  private static final int SYSTEM_TICKS = 12;

  private final long begin = System.nanoTime();
  private final long cpuMillis = cpuMillis();

  /**
   * Says how long it took: milliseconds of wall time, and of all processors.
   *
   * @param values the first result, which is kept for comparison
   */
  void print(Path output, float[] values) throws IOException {
    long nanos = System.nanoTime() - begin;
    long cpu = cpuMillis() - cpuMillis;
    System.out.println(nanos / 1_000_000.0 + " " + cpu);
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    Files.write(output, bytes.array());
  }

  /** Reads a file of little-endian floats. */
  static float[] floats(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static long cpuMillis() {
    try (FileInputStream file = new FileInputStream("/proc/self/stat")) {
      String line = new String(file.readAllBytes(), StandardCharsets.ISO_8859_1);
      String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return TICK_MILLIS
          * (Long.parseLong(words[USER_TICKS]) + Long.parseLong(words[SYSTEM_TICKS]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
