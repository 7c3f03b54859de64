package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is said of a machine that lacks what the library needs: the library asks for something else
 * here, so that the system's own linker refuses it.
 */
@EnabledOnOs(
    value = OS.LINUX,
    disabledReason = "what the linker of Linux says of libraries in Linux's format")
@SameOnEveryProcessor
class BrokenLibraryTest {
  private static final List<NativeFile> FILES = NativeFile.of(Platform.current());

  @TempDir private Path folder;
  private Path runtime;
  private Path library;

  @BeforeEach
  void copy() throws IOException {
    Path packaged =
        ChildJvm.natives().resolve("META-INF/octconv4j").resolve(Platform.current().classifier());
    for (NativeFile file : FILES) {
      Files.copy(packaged.resolve(file.name()), folder.resolve(file.name()));
    }
    runtime = folder.resolve(FILES.getFirst().name());
    library = folder.resolve(FILES.getLast().name());
  }

  private String error() {
    return ChildJvm.of(LoadMain.class)
        .withoutNatives()
        .option("-Doctconv4j.library.path=" + library)
        .run()
        .output()
        .strip();
  }

  /** Replaces the first occurrence of a zero-terminated name by another of the same length. */
  private static void replace(Path file, String name, String other) throws IOException {
    assertThat(other).hasSameSizeAs(name);
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf("\0" + name + "\0");
    assertThat(at).isPositive();
    Files.writeString(
        file,
        bytes.substring(0, at + 1) + other + bytes.substring(at + 1 + name.length()),
        StandardCharsets.ISO_8859_1);
  }

  @Test
  void withoutTheStandardLibraryOfCxx() throws IOException {
    replace(library, "libstdc++.so.6", "libstdc++.so.0");
    assertThat(error())
        .isEqualTo(
            String.format(
                Locale.ROOT,
                "error: octconv4j: the system could not load %s (%s: libstdc++.so.0: cannot open shared object file: No such file or directory); libstdc++ is missing; install it (Debian and Ubuntu: libstdc++6, Fedora and RHEL: libstdc++)",
                library,
                library));
  }

  @Test
  void withAnOldStandardLibraryOfCxx() throws IOException {
    replace(library, "GLIBCXX_3.4.29", "GLIBCXX_9.9.99");
    assertThat(error())
        .startsWith("error: octconv4j: the system could not load " + library + " (")
        .contains("version `GLIBCXX_9.9.99' not found")
        .endsWith(
            "; libstdc++ is too old, GLIBCXX 3.4.29 of GCC 11 is needed; use Debian 12, Ubuntu"
                + " 22.04, RHEL 9 or later");
  }

  @Test
  void withAnOldLibraryOfC() throws IOException {
    replace(library, "GLIBC_2.34", "GLIBC_9.99");
    assertThat(error())
        .startsWith("error: octconv4j: the system could not load " + library + " (")
        .contains("version `GLIBC_9.99' not found")
        .endsWith(
            "; the C library is too old, glibc 2.34 is needed; use Debian 12, Ubuntu 22.04, RHEL 9"
                + " or later");
  }

  @Test
  void withoutAnotherLibrary() throws IOException {
    replace(library, "libm.so.6", "libq.so.6");
    assertThat(error())
        .isEqualTo(
            String.format(
                Locale.ROOT,
                "error: octconv4j: the system could not load %s (%s: libq.so.6: cannot open shared object file: No such file or directory); the library libq.so.6 that it needs is missing; install it",
                library,
                library));
  }

  @ParameterizedTest
  @CsvSource({
    "18, 40, a 32-bit Arm processor",
    "4, 1, 32 bits",
    "5, 2, the other byte order",
  })
  void ofAnotherArchitecture(int at, int value, String what) throws IOException {
    byte[] elf = Files.readAllBytes(library);
    elf[at] = (byte) value;
    Files.write(library, elf);
    assertThat(error())
        .as(what)
        .startsWith("error: octconv4j: the system could not load " + library + " (")
        .endsWith(
            String.format(
                Locale.ROOT,
                "; it was built for another processor than this JVM runs on (%s); use the files of this platform, or a JVM for the machine's own processor",
                Platform.current().classifier()));
  }

  @Test
  void withoutOpenMp() throws IOException {
    replace(runtime, "omp_set_num_threads", "xmp_set_num_threads");
    assertThat(error())
        .isEqualTo(
            String.format(
                Locale.ROOT,
                "error: octconv4j: %s comes without OpenMP: there is no function omp_set_num_threads; give a oneDNN that was built with DNNL_CPU_RUNTIME=OMP, its OpenMP runtime linked or beside it",
                library));
  }
}
