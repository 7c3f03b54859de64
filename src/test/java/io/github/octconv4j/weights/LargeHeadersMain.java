package io.github.octconv4j.weights;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A main that opens files with large headers, each within the limit of the format. */
final class LargeHeadersMain {
  private LargeHeadersMain() {}

  /** What stands between the begin and the end of a header, as often as it is asked for. */
  private interface Repeated {
    String text(int i);
  }

  /**
   * Prints what each file was refused for.
   *
   * @param args the folder for the files
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    open(
        folder,
        "metadata",
        "{\"__metadata__\":{",
        i -> "\"" + i + "\":\"\",",
        2_000_000,
        "\"\":\"\"}}");
    open(folder, "foreign", "{\"t\":{", i -> "\"" + i + "\":0,", 2_000_000, "\"\":0}}");
    open(folder, "nested", "{\"t\":{\"x\":{", i -> "\"" + i + "\":0,", 2_000_000, "\"\":0}}}");
    String empty = ":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    open(
        folder,
        "tensors",
        "{",
        i -> "\"" + i + "\"" + empty + ",",
        1_000_000,
        "\"\"" + empty + "}");
    String name = "n".repeat(49_000);
    open(
        folder,
        "names",
        "{",
        i -> "\"" + name + i + "\"" + empty + ",",
        1_500,
        "\"\"" + empty + "}");
    open(folder, "text", "{\"__metadata__\":{\"a\":\"", i -> name, 1_000, "\"}}");
    open(folder, "blanks", "{", i -> " ".repeat(1000), 90_000, "}");
  }

  private static void open(
      Path folder, String what, String begin, Repeated repeated, int times, String end)
      throws IOException {
    Path path = folder.resolve(what);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      out.write(new byte[Long.BYTES]);
      out.write(begin.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < times; i++) {
        out.write(repeated.text(i).getBytes(StandardCharsets.UTF_8));
      }
      out.write(end.getBytes(StandardCharsets.UTF_8));
    }
    long length = Files.size(path) - Long.BYTES;
    ByteBuffer head = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(head.putLong(length).array());
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      System.out.println(what + ": " + file.tensors().size() + " tensors");
    } catch (IOException e) {
      System.out.println(what + e.getMessage().substring(path.toString().length()));
    }
    Files.delete(path);
  }
}
