package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.spi.NativeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the library is found and what is said where it is not. Failures happen in child JVMs. */
@SameOnEveryProcessor
class NativeLibraryTest {
  private static final String CLASSIFIER = Platform.current().classifier();
  private static final List<NativeFile> FILES = NativeFile.of(Platform.current());
  private static final String LIBRARY = FILES.getLast().name();

  @TempDir private Path folder;

  /** On macOS temporary folders lie behind a link. */
  @BeforeEach
  void resolveLinks() throws IOException {
    folder = folder.toRealPath();
  }

  private ChildJvm child() {
    return ChildJvm.of(LoadMain.class).option("-Doctconv4j.cache.dir=" + folder);
  }

  private static ChildJvm configured(Path path) {
    return ChildJvm.of(LoadMain.class).withoutNatives().option("-Doctconv4j.library.path=" + path);
  }

  private static Path packaged() {
    return ChildJvm.natives().resolve("META-INF/octconv4j").resolve(CLASSIFIER);
  }

  /** The only folder inside the cache folder. */
  private Path cached() throws IOException {
    try (var inside = Files.list(folder)) {
      List<Path> folders = inside.toList();
      assertThat(folders).hasSize(1);
      return folders.getFirst();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (var inside = Files.list(directory)) {
      return inside
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.endsWith(".verified")) // written once files are some seconds old
          .sorted()
          .toList();
    }
  }

  @Test
  void loadsThePackagedLibraryVerified() {
    NativeLibrary library = NativeLibrary.load();
    assertThat(library.path()).isRegularFile().hasFileName(LIBRARY);
    assertThat(library.verified()).isTrue();
    assertThat(library.version()).startsWith(NativeFile.pinnedVersion() + ".");
    assertThat(NativeLibrary.load()).isSameAs(library);
  }

  /** The bill of materials beside the library names the version that the library itself reports. */
  @Test
  void theBillOfMaterialsHasTheExactVersion() throws IOException {
    Path bill =
        ChildJvm.natives()
            .resolve("META-INF/octconv4j")
            .resolve(Platform.current().classifier())
            .resolve("bom.cdx.json");
    assertThat(Files.readString(bill))
        .containsPattern(
            "\"name\": \"oneDNN\",\\s+\"version\": \""
                + Pattern.quote(NativeLibrary.load().version())
                + "\"");
  }

  @Test
  void unpacksIntoThePrivateCacheFolderThatIsConfigured() throws IOException {
    ChildJvm.Result result = child().run();
    Path inside =
        folder.resolve(
            NativeFile.pinnedVersion()
                + "-"
                + CLASSIFIER
                + "-"
                + FILES.getLast().sha256().substring(0, 16));
    assertThat(result.output())
        .contains("path: " + inside.resolve(LIBRARY), "verified: true", "version: 3.");
    assertThat(cached()).isEqualTo(inside);
    assertThat(names(inside))
        .containsExactlyInAnyOrderElementsOf(FILES.stream().map(NativeFile::name).toList());
    for (NativeFile file : FILES) {
      assertThat(file.matches(inside.resolve(file.name()))).isTrue();
    }
    if (!OS.WINDOWS.isCurrentOs()) { // which has other permissions, that are not checked
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void replacesCachedFilesThatWereChangedOrCutOff() throws IOException {
    child().run();
    Path library = cached().resolve(LIBRARY);
    Path runtime = cached().resolve(FILES.getFirst().name());
    byte[] bytes = Files.readAllBytes(library);
    bytes[bytes.length / 2] ^= 1;
    Files.write(library, bytes);
    Files.write(runtime, new byte[100]);
    assertThat(FILES.getLast().matches(library)).isFalse();

    assertThat(child().run().output()).contains("verified: true");
    for (NativeFile file : FILES) {
      assertThat(file.matches(cached().resolve(file.name()))).isTrue();
    }

    Files.write(library, Arrays.copyOf(bytes, bytes.length / 3));
    assertThat(child().run().output()).contains("verified: true");
    assertThat(FILES.getLast().matches(library)).isTrue();
    assertThat(names(cached())).hasSize(FILES.size());
  }

  @Test
  void twoProcessesMayUnpackAtOnce() throws IOException {
    List<Process> both = List.of(child().start(), child().start());
    for (Process process : both) {
      ChildJvm.Result result = ChildJvm.resultOf(process);
      assertThat(result.output()).contains("verified: true", "version: 3.");
      assertThat(result.exit()).isZero();
    }
    assertThat(names(cached())).hasSize(FILES.size());
  }

  @Test
  void manyProcessesMayReplaceADamagedFileAtOnce() throws IOException {
    child().run();
    Files.write(cached().resolve(LIBRARY), new byte[1000]);
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(child().start());
    }
    for (Process process : all) {
      ChildJvm.Result result = ChildJvm.resultOf(process);
      assertThat(result.output()).contains("verified: true", "version: 3.");
      assertThat(result.exit()).isZero();
    }
    assertThat(FILES.getLast().matches(cached().resolve(LIBRARY))).isTrue();
    assertThat(names(cached())).hasSize(FILES.size());
  }

  @Test
  void aPackagedFileThatIsNotThePinnedOneIsNotLoaded() throws IOException {
    Path fake = folder.resolve("fake");
    Path inside = Files.createDirectories(fake.resolve("META-INF/octconv4j/" + CLASSIFIER));
    for (NativeFile file : FILES) {
      Files.write(inside.resolve(file.name()), new byte[10]);
    }
    // The provider that is packaged, in front of files that are not.
    String module = "io.github.octconv4j.natives." + CLASSIFIER.replace('-', '_');
    String provider = module.replace('.', '/') + "/Provider.class";
    Files.createDirectories(fake.resolve(provider).getParent());
    Files.copy(ChildJvm.natives().resolve(provider), fake.resolve(provider));
    Path service = fake.resolve("META-INF/services/" + NativeFiles.class.getName());
    Files.createDirectories(service.getParent());
    Files.writeString(service, module + ".Provider");
    String output =
        ChildJvm.of(LoadMain.class)
            .withoutNatives()
            .option("-Doctconv4j.cache.dir=" + folder.resolve("cache"))
            .library(fake)
            .run()
            .output();
    assertThat(output)
        .startsWith("error: octconv4j: " + FILES.getFirst().name() + " in file:")
        .contains(
            "is not the file this version was built with (SHA-256 differs from "
                + FILES.getFirst().sha256()
                + "); use octconv4j jars of one version, from a source you trust");
    try (var left = Files.walk(folder.resolve("cache"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void saysWhichDependencyIsMissingAndSaysItAgain() {
    String error =
        String.format(
            Locale.ROOT,
            "error: octconv4j: the native library for this platform, %s, is missing: the module or class path offers none; add the dependency io.github.octconv4j:octconv4j with classifier %s, or set -Doctconv4j.library.path=<file or folder>",
            CLASSIFIER,
            CLASSIFIER);
    assertThat(child().withoutNatives().run("2").output().lines()).containsExactly(error, error);
  }

  @Test
  void whatIsInTheCacheDoesNotHideThatTheDependencyIsMissing() {
    assertThat(child().run().output()).contains("verified: true");
    assertThat(child().withoutNatives().run().output())
        .startsWith("error: octconv4j: the native library for this platform, " + CLASSIFIER);
  }

  @Test
  void takesAConfiguredFileUnverified() {
    Path file = packaged().resolve(LIBRARY);
    assertThat(configured(file).run().output().lines())
        .containsExactly(
            "path: " + file, "verified: false", "version: " + NativeLibrary.load().version());
  }

  @Test
  void takesAConfiguredFolder() {
    assertThat(configured(packaged()).run().output())
        .contains("path: " + packaged().resolve(LIBRARY), "verified: false");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "musl is a C library of Linux")
  void takesAConfiguredFileOnAPlatformThatHasNoPackage() throws IOException {
    Path file = packaged().resolve(LIBRARY);
    String musl = Files.write(folder.resolve("ld-musl-x86_64.so.1"), new byte[1]).toString();
    assertThat(configured(file).run("1", musl).output())
        .contains("path: " + file, "verified: false");
    assertThat(child().run("1", musl).output())
        .startsWith("error: octconv4j: this Linux uses the C library musl, ");
  }

  @Test
  void saysThatThePlatformIsUnsupported() {
    assertThat(child().option("-Dos.arch=s390x").run().output())
        .startsWith("error: octconv4j: unsupported platform os.name=")
        .contains("os.arch=s390x");
  }

  @Test
  void saysThatAConfiguredFileIsMissing() {
    Path missing = folder.resolve("libmissing.so");
    assertThat(configured(missing).run().output().lines())
        .containsExactly(
            String.format(
                Locale.ROOT,
                "error: octconv4j: -Doctconv4j.library.path=%s: there is no file %s; give a oneDNN library or the folder that holds it",
                missing,
                missing));
  }

  @Test
  void saysThatAConfiguredFolderHasNoLibrary() {
    assertThat(configured(folder).run().output().lines())
        .containsExactly(
            String.format(
                Locale.ROOT,
                "error: octconv4j: -Doctconv4j.library.path=%s: there is no file %s; give a oneDNN library or the folder that holds it",
                folder,
                folder.resolve(LIBRARY)));
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "what the linker of Linux says")
  void saysThatAFileIsNoLibrary() throws IOException {
    Path text = Files.writeString(folder.resolve("libtext.so"), "no library");
    assertThat(configured(text).run().output())
        .contains(
            "error: octconv4j: the system could not load " + text + " (",
            "file too short); it must be a library of this platform; on Linux it needs glibc 2.34,"
                + " libstdc++ (GLIBCXX 3.4.29) and a folder that is not mounted noexec");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its only library is that of oneDNN")
  void saysThatALibraryIsNotOneDnn() {
    Path other = packaged().resolve(FILES.getFirst().name());
    assertThat(configured(other).run().output().lines())
        .containsExactly(
            String.format(
                Locale.ROOT,
                "error: octconv4j: %s is not a oneDNN library: it has no function dnnl_version",
                other));
  }

  @Test
  void saysWhichFlagGrantsNativeAccess() {
    assertThat(child().withoutNativeAccess().run().output().lines())
        .containsExactly(
            "error: octconv4j: native access is not granted to this module; start java with"
                + " --enable-native-access=ALL-UNNAMED");
  }

  @ParameterizedTest
  @CsvSource({
    "3.13.0, 3.13, true",
    "3.13.7, 3.13, true",
    "3.14.1, 3.13, true",
    "3.99.0, 3.13, true",
    "3.12.9, 3.13, false",
    "3.2.0, 3.13, false",
    "2.99.0, 3.13, false",
    "4.0.0, 3.13, false",
    "4.13.0, 3.13, false",
  })
  void versionsOfTheSameMajorAndAtLeastTheMinorFit(String reported, String pinned, boolean fit) {
    assertThat(NativeLibrary.isCompatible(reported, pinned)).isEqualTo(fit);
  }
}
