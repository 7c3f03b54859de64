package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where native code may not be called, each call says so, whichever comes first. */
class DeniedTest {
  @TempDir private Path folder;

  @Test
  void everyCallSaysWhichFlagIsMissingEveryTime() throws IOException {
    Path given = Files.createDirectory(folder.resolve("given"));
    Files.createFile(given.resolve("kept")); // no file can take the place of such a folder
    boolean unix = given.getFileSystem().supportedFileAttributeViews().contains("unix");
    if (unix && Files.getAttribute(given, "unix:uid").equals(0)) {
      Files.setAttribute(given, "unix:uid", 1); // of root's own nobody asks who this user is
    }
    ChildJvm.Result result =
        ChildJvm.of(DeniedMain.class)
            .library(JsonFactory.class)
            .library(MeterRegistry.class)
            .withoutNativeAccess()
            .run(given.toString());
    List<String> lines = result.output().lines().toList();
    assertThat(lines)
        .allMatch(
            line ->
                line.endsWith(
                    ": java.lang.UnsatisfiedLinkError: octconv4j: native access is not granted to"
                        + " this module; start java with --enable-native-access=ALL-UNNAMED,"
                        + " because of class java.lang.IllegalCallerException"));
    assertThat(lines.stream().map(line -> line.substring(0, line.indexOf(':'))))
        .contains(
            "NativeLibrary.load",
            "NativeLibrary.find",
            "Engine.cpu",
            "LibraryInfo.load",
            "Threads.current",
            "Threads.use",
            "CpuIsa.name",
            "CpuIsa.addsBytesShort",
            "CpuIsa.vectorFloats",
            "Tensor.of",
            "Network.of");
    assertThat(lines.stream().anyMatch(line -> line.startsWith("NativeLibrary.canUnpackInto:")))
        .isEqualTo(unix);
    assertThat(result.exit()).isZero();
  }
}
