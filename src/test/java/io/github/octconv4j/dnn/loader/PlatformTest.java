package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@SameOnEveryProcessor
class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, x86_64, linux-x86_64",
    "linux, AMD64, linux-x86_64",
    "Linux, aarch64, linux-aarch_64",
    "Linux, arm64, linux-aarch_64",
    "Mac OS X, x86_64, osx-x86_64",
    "Mac OS X, amd64, osx-x86_64",
    "Mac OS X, aarch64, osx-aarch_64",
    "Darwin, arm64, osx-aarch_64",
    "Windows 10, amd64, windows-x86_64",
    "Windows 11, amd64, windows-x86_64",
    "Windows Server 2019, amd64, windows-x86_64",
    "Windows Server 2025, x86_64, windows-x86_64",
    "Windows 8.1, amd64, windows-x86_64",
    "Windows Server 2012 R2, amd64, windows-x86_64",
    "Windows Server 2016, amd64, windows-x86_64",
    "Windows Server 2022, amd64, windows-x86_64",
    "Windows NT (unknown), amd64, windows-x86_64",
    "Windows NT, x86-64, windows-x86_64",
    "Windows, x64, windows-x86_64",
    "macOS, aarch64, osx-aarch_64",
    "macOS, x86_64, osx-x86_64",
    "OSX, arm64, osx-aarch_64",
    "MAC OS X, AARCH64, osx-aarch_64",
    "Linux, x64, linux-x86_64",
    "Linux, x86-64, linux-x86_64",
    "LINUX, ARM64, linux-aarch_64",
    "Linux, aarch_64, linux-aarch_64",
  })
  void supported(String osName, String osArch, String classifier) {
    assertThat(Platform.of(osName, osArch, false).classifier()).isEqualTo(classifier);
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, s390x",
    "Linux, ppc64le",
    "Linux, riscv64",
    "Linux, x86",
    "Linux, i386",
    "Linux, arm",
    "Windows 10, x86",
    "Windows 11, aarch64",
    "Mac OS X, ppc",
    "FreeBSD, amd64",
    "AIX, ppc64",
    "SunOS, amd64",
    "SunOS, sparcv9",
    "Linux, i486",
    "Linux, i686",
    "Linux, armv7l",
    "Linux, armhf",
    "Linux, aarch64_be",
    "Linux, ppc",
    "Linux, ppc64",
    "Linux, s390",
    "Linux, riscv32",
    "Linux, loongarch64",
    "Linux, mips64el",
    "Linux, ia64",
    "Linux, alpha",
    "Linux, e2k",
    "Windows 10, arm64",
    "Windows XP, x86",
    "Mac OS X, i386",
    "Mac OS X, ppc64",
    "OpenBSD, amd64",
    "NetBSD, amd64",
    "DragonFlyBSD, amd64",
    "GNU/kFreeBSD, amd64",
    "Haiku, amd64",
    "HP-UX, IA64N",
    "z/OS, s390x",
    "OS/400, ppc64",
    "'', amd64",
    "Linux, ''",
  })
  void unsupported(String osName, String osArch) {
    assertThatThrownBy(() -> Platform.of(osName, osArch, false))
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessage(
            String.format(
                Locale.ROOT,
                "octconv4j: unsupported platform os.name=%s, os.arch=%s; supported are linux-x86_64,"
                    + " linux-aarch_64, osx-aarch_64, osx-x86_64, windows-x86_64; with a oneDNN library"
                    + " of your own set -Doctconv4j.library.path=<file or folder>",
                osName,
                osArch));
  }

  @ParameterizedTest
  @CsvSource({"Linux, amd64", "Linux, aarch64", "Linux, s390x"})
  void musl(String osName, String osArch) {
    assertThatThrownBy(() -> Platform.of(osName, osArch, true))
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessage(
            "octconv4j: this Linux uses the C library musl, the native library needs glibc 2.34 or"
                + " later; use an image based on glibc (Debian 12, Ubuntu 22.04, RHEL 9 or later),"
                + " or with a oneDNN library of your own set -Doctconv4j.library.path=<file or"
                + " folder>");
  }

  @Test
  void theTestsRunOnASupportedPlatform() {
    assertThat(Platform.find()).contains(Platform.current());
  }

  @ParameterizedTest
  @EnumSource
  void filesArePinnedForEachPlatform(Platform platform) {
    List<NativeFile> files = NativeFile.of(platform);
    assertThat(files).isNotEmpty();
    assertThat(files).allMatch(file -> file.sha256().matches("[0-9a-f]{64}"));
    String library =
        switch (platform) {
          case LINUX_X86_64, LINUX_AARCH_64 -> "libdnnl.so.3";
          case OSX_AARCH_64, OSX_X86_64 -> "libdnnl.3.dylib";
          case WINDOWS_X86_64 -> "dnnl.dll";
        };
    assertThat(files.getLast().name()).isEqualTo(library);
    // The OpenMP runtime comes with the library, or is one of the system's.
    assertThat(files.size() == 2).isNotEqualTo(NativeFile.systemRuntime(platform).isPresent());
  }
}
