package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes on musl and on glibc, as {@code /proc} shows them, and real ones. */
@SameOnEveryProcessor
class MuslTest {
  @TempDir private Path process;

  private boolean musl() {
    return Musl.isUsedBy(process);
  }

  /** A program that asks for a dynamic loader, with as much of ELF as says so. */
  private void program(ByteOrder order, String loader) throws IOException {
    ByteBuffer elf = ByteBuffer.allocate(400).order(order);
    elf.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1)});
    elf.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
    elf.putInt(64, 6).putInt(120, 3).putLong(120 + 8, 200).putLong(120 + 32, loader.length() + 1);
    elf.put(200, loader.getBytes(StandardCharsets.US_ASCII));
    Files.write(process.resolve("exe"), elf.array());
  }

  private void maps(String... files) throws IOException {
    StringBuilder maps = new StringBuilder("7ffd1000-7ffd2000 rw-p 00000000 00:00 0 \n");
    for (String file : files) {
      maps.append("7f0000000000-7f0000001000 r-xp 00001000 fe:00 260386                     ")
          .append(file)
          .append('\n');
    }
    maps.append(
        "7ffd7f9ff000-7ffd7fa01000 r-xp 00000000 00:00 0                          [vdso]\n");
    Files.writeString(process.resolve("maps"), maps, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "/lib/ld-musl-x86_64.so.1, true",
    "/lib/ld-musl-aarch64.so.1, true",
    "/lib/ld-musl-armhf.so.1, true",
    "/nix/store/abc-musl-1.2.5/lib/ld-musl-x86_64.so.1, true",
    "ld-musl-riscv64.so.1, true",
    "/lib64/ld-linux-x86-64.so.2, false",
    "/lib/ld-linux-aarch64.so.1, false",
    "/lib64/ld64.so.2, false",
    "/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2, false",
    "/opt/ld-musl-test/ld-linux-x86-64.so.2, false",
    "'', false",
  })
  void aProgramNamesItsLoader(String loader, boolean musl) throws IOException {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      program(order, loader);
      assertThat(musl()).as("%s without maps", order).isEqualTo(musl);
      maps("/usr/bin/java", "/usr/lib/libc.so");
      assertThat(musl()).as("%s", order).isEqualTo(musl);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/lib/ld-musl-x86_64.so.1",
        "/lib/ld-musl-aarch64.so.1",
        "/lib/ld-musl-x86_64.so.1 (deleted)",
        "/lib/libc.musl-x86_64.so.1",
        "/usr/lib/libc.so",
        "/usr/lib/x86_64-linux-musl/libc.so",
        "/home/some body/musl root/lib/libc.so",
      })
  void whatIsMappedTellsWhereTheProgramIsTheLoader(String library) throws IOException {
    maps("/usr/lib/jvm/bin/java", library);
    assertThat(musl()).isTrue();
    Files.write(process.resolve("exe"), new byte[10]); // nothing that names a loader
    assertThat(musl()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
        "/lib/x86_64-linux-gnu/libc-2.31.so",
        "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "/opt/ld-musl-x86_64/lib/libm.so.6",
        "/opt/libc.so/libm.so.6",
        "/opt/my-ld-musl-x86_64.so.1",
        "/usr/lib/mylibc.so",
      })
  void otherNamesAreNotTaken(String library) throws IOException {
    maps("/usr/lib/jvm/bin/java", library);
    assertThat(musl()).isFalse();
  }

  @Test
  void whatCanNotBeReadTellsNothing() throws IOException {
    assertThat(musl()).isFalse();
    assertThat(Musl.isUsedBy(process.resolve("absent"))).isFalse();
    Files.createDirectory(process.resolve("exe"));
    Files.createDirectory(process.resolve("maps"));
    assertThat(musl()).isFalse();
  }

  /** Programs that lie about where their loader's name is. */
  @Test
  void brokenProgramsTellNothing() throws IOException {
    program(ByteOrder.LITTLE_ENDIAN, "/lib/ld-musl-x86_64.so.1");
    byte[] whole = Files.readAllBytes(process.resolve("exe"));
    for (int field : new int[] {32, 128, 152}) {
      for (long value : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1 << 20}) {
        ByteBuffer broken = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        broken.putLong(field, value);
        Files.write(process.resolve("exe"), broken.array());
        assertThat(musl()).as("%d at %d", value, field).isFalse();
      }
    }
    for (int length = 0; length < 200; length += 7) {
      Files.write(process.resolve("exe"), java.util.Arrays.copyOf(whole, length));
      assertThat(musl()).as("%d bytes", length).isFalse();
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "musl is a C library of Linux")
  void thisProcessIsNot() {
    assertThat(Musl.isUsedBy(Path.of("/proc/self"))).isFalse();
  }

  /** A program that {@code scripts/test-musl} links with Debian's musl, and what starts it. */
  @ParameterizedTest
  @ValueSource(strings = {"program", "loader program"})
  void aRealProgramOnMusl(String command) throws IOException {
    String folder = System.getProperty("octconv4j.musl", "");
    Assumptions.assumeFalse(folder.isEmpty(), "scripts/test-musl makes and runs programs on musl");
    ProcessBuilder builder = new ProcessBuilder();
    for (String word : command.split(" ", -1)) {
      builder.command().add(folder + "/" + word);
    }
    Process running = builder.start(); // says that it runs, and waits for the end of its input
    try {
      assertThat(running.getInputStream().read()).isEqualTo('m');
      Path proc = Path.of(String.format(Locale.ROOT, "/proc/%d", running.pid()));
      assertThat(Musl.isUsedBy(proc)).isTrue();
    } finally {
      running.destroyForcibly();
    }
  }
}
