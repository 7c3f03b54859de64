package io.github.octconv4j.dnn.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a process of Linux is linked with the C library musl, which is its own dynamic loader.
 * Programs ask for it as {@code /lib/ld-musl-ARCH.so.1}, on every system. The file that is mapped
 * has that name on Alpine, elsewhere it is a link, and what is mapped is called {@code libc.so}
 * (Debian, Void); glibc is {@code libc.so.6}. What is mapped tells where a program asks for no
 * loader, as the loader itself, when it was started with a program as its argument.
 */
final class Musl {
  private static final String DELETED = " (deleted)";
  private static final int FIELDS = 5; // of a line of maps, before the name

  private static final int ELF = 0x7f454c46;
  private static final int INTERPRETER = 3; // PT_INTERP
  private static final int MAX_HEADERS = 1000;
  private static final int MAX_PATH = 4096;

  private Musl() {}

  /**
   * Whether the process is linked with musl; not where that can't be told.
   *
   * @param process its folder, for instance {@code /proc/self}
   */
  static boolean isUsedBy(Path process) {
    Optional<String> loader = loader(process.resolve("exe"));
    if (loader.isPresent() && isMusl(loader.get())) {
      return true;
    }
    List<String> mapped = mapped(process.resolve("maps"));
    for (String file : mapped) {
      if (isMusl(file) || (loader.isEmpty() && name(file).equals("libc.so"))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMusl(String file) {
    String name = name(file);
    return name.startsWith("ld-musl-") || name.startsWith("libc.musl-");
  }

  private static String name(String file) {
    return file.substring(file.lastIndexOf('/') + 1);
  }

  /** Files that are mapped, by the lines of {@code /proc/PID/maps}. */
  private static List<String> mapped(Path maps) {
    if (!Files.isReadable(maps)) {
      return List.of();
    }
    try {
      // Read at once: the file changes. Names have any bytes.
      String text = new String(Files.readAllBytes(maps), StandardCharsets.ISO_8859_1);
      Set<String> files = new LinkedHashSet<>();
      for (String line : text.split("\n", -1)) { // no streams, which take long in a start
        int name = afterFields(line);
        if (name < line.length()) {
          String file = line.substring(name);
          boolean deleted = file.endsWith(DELETED);
          files.add(deleted ? file.substring(0, file.length() - DELETED.length()) : file);
        }
      }
      return List.copyOf(files);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Where the name begins, after five fields; the end of the line where there is none. */
  private static int afterFields(String line) {
    int at = 0;
    for (int field = 0; field < FIELDS; field++) {
      int end = line.indexOf(' ', at);
      if (end < 0) {
        return line.length();
      }
      at = end;
      while (at < line.length() && line.charAt(at) == ' ') {
        at++;
      }
    }
    return at;
  }

  /** The dynamic loader that a program asks for; see elf(5). */
  private static Optional<String> loader(Path program) {
    if (!Files.isReadable(program)) {
      return Optional.empty();
    }
    try (SeekableByteChannel file = Files.newByteChannel(program)) {
      ByteBuffer head = read(file, 0, 64);
      if (head.getInt(0) != ELF || head.get(4) != 2) { // of 64 bits
        return Optional.empty();
      }
      ByteOrder order = head.get(5) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      head.order(order);
      long headers = head.getLong(32);
      int size = Short.toUnsignedInt(head.getShort(54));
      int count = Math.min(Short.toUnsignedInt(head.getShort(56)), MAX_HEADERS);
      for (int i = 0; i < count; i++) {
        ByteBuffer header = read(file, headers + (long) i * size, 56).order(order);
        if (header.getInt(0) == INTERPRETER) {
          int bytes = Math.clamp(header.getLong(32), 0, MAX_PATH);
          String path = text(read(file, header.getLong(8), bytes));
          return Optional.of(path);
        }
      }
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) { // no ELF, or one that ends too early
      return Optional.empty();
    }
  }

  private static ByteBuffer read(SeekableByteChannel file, long position, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    file.position(position);
    while (buffer.hasRemaining()) {
      if (file.read(buffer) < 0) {
        throw new IOException(String.format(Locale.ROOT, "ends before byte %d", position + bytes));
      }
    }
    return buffer.flip();
  }

  /** A text that ends with a zero byte. */
  private static String text(ByteBuffer bytes) {
    String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
