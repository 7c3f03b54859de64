package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.GeneratedFunctions;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The native files of all five platforms, read on whichever one this is: each has the functions
 * that the bindings call, and asks of its system what the messages and the README say.
 */
@SameOnEveryProcessor
class NativeBinariesTest {
  private static final int GLIBC_MINOR = 34;
  private static final int GLIBCXX_PATCH = 29;

  private static NativeBinary read(Platform platform, NativeFile file) throws IOException {
    Path folder = ChildJvm.natives().resolve("META-INF/octconv4j").resolve(platform.classifier());
    assertThat(file.matches(folder.resolve(file.name()))).isTrue();
    return NativeBinary.read(folder.resolve(file.name()));
  }

  private static NativeBinary library(Platform platform) throws IOException {
    return read(platform, NativeFile.of(platform).getLast());
  }

  private static Set<String> functions(boolean ofOpenMp) {
    Set<String> names = new TreeSet<>(GeneratedFunctions.descriptors().keySet());
    names.removeIf(name -> name.startsWith("omp_") != ofOpenMp);
    return names;
  }

  @ParameterizedTest
  @EnumSource
  void theLibraryHasEveryGeneratedFunction(Platform platform) throws IOException {
    NativeBinary library = library(platform);
    assertThat(platform.classifier()).endsWith("-" + library.architecture());
    assertThat(functions(false)).hasSizeGreaterThan(100);
    assertThat(library.exports()).containsAll(functions(false)).contains("dnnl_version");
  }

  @ParameterizedTest
  @EnumSource
  void theOpenMpRuntimeHasTheRest(Platform platform) throws IOException {
    assertThat(functions(true)).containsExactly("omp_get_max_threads", "omp_set_num_threads");
    List<NativeFile> files = NativeFile.of(platform);
    if (platform == Platform.WINDOWS_X86_64) {
      // The runtime is the system's; that it is the one which oneDNN uses is what can be seen here.
      assertThat(NativeFile.systemRuntime(platform)).contains("vcomp140");
      assertThat(library(platform).needs()).contains("VCOMP140.DLL!omp_get_max_threads");
      return;
    }
    NativeBinary runtime = read(platform, files.getFirst());
    assertThat(platform.classifier()).endsWith("-" + runtime.architecture());
    assertThat(runtime.exports()).containsAll(functions(true));
  }

  @ParameterizedTest
  @EnumSource(names = {"LINUX_X86_64", "LINUX_AARCH_64"})
  void onLinuxItNeedsTheGlibcThatTheMessagesName(Platform platform) throws IOException {
    NativeBinary library = library(platform);
    assertThat(library.libraries()).contains(NativeFile.of(platform).getFirst().name());
    assertThat(library.path()).startsWith("$ORIGIN");
    assertThat(latest(library, "GLIBC_2.")).isEqualTo(GLIBC_MINOR);
    assertThat(latest(library, "GLIBCXX_3.4.")).isEqualTo(GLIBCXX_PATCH);
    NativeBinary runtime = read(platform, NativeFile.of(platform).getFirst());
    assertThat(latest(runtime, "GLIBC_2.")).isLessThanOrEqualTo(GLIBC_MINOR);
  }

  /** The highest number that directly follows the prefix. */
  private static int latest(NativeBinary binary, String prefix) {
    return binary.needs().stream()
        .filter(version -> version.startsWith(prefix))
        .map(version -> version.substring(prefix.length()).replaceFirst("\\..*", ""))
        .mapToInt(Integer::parseInt)
        .max()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(names = {"OSX_AARCH_64", "OSX_X86_64"})
  void onMacOsItFindsTheRuntimeThatWasLoadedBefore(Platform platform) throws IOException {
    NativeBinary library = library(platform);
    NativeBinary runtime = read(platform, NativeFile.of(platform).getFirst());
    assertThat(runtime.path()).isEqualTo("@rpath/" + NativeFile.of(platform).getFirst().name());
    assertThat(library.libraries()).contains(runtime.path());
    assertThat(library.system()).isEqualTo("15.0");
    assertThat(Double.parseDouble(runtime.system())).isLessThanOrEqualTo(15.0);
  }

  @ParameterizedTest
  @EnumSource
  void beyondThatItNeedsTheSystemsLibrariesOnly(Platform platform) throws IOException {
    Set<String> own =
        NativeFile.of(platform).stream().map(NativeFile::name).collect(Collectors.toSet());
    for (NativeFile file : NativeFile.of(platform)) {
      assertThat(read(platform, file).libraries())
          .allMatch(
              name ->
                  own.contains(name.replace("@rpath/", ""))
                      || name.startsWith("/usr/lib/lib")
                      || name.matches("lib(c|m|dl|pthread|stdc\\+\\+|gcc_s)\\.so\\.\\d")
                      || name.matches("ld-linux-.*")
                      || name.matches("(?i)(kernel32|msvcp140|vcomp140|vcruntime140(_1)?)\\.dll")
                      || name.matches("api-ms-win-crt-.*\\.dll"));
    }
  }
}
