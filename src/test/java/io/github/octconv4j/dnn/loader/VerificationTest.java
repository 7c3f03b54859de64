package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameInEveryLocale;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What was verified once is known as long as nobody has written to it. */
@SameOnEveryProcessor
@SameInEveryLocale
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "knows no inodes: everything is read each time")
class VerificationTest {
  private static final int NOW = -1; // files count as settled at once

  @TempDir private Path folder;
  private Path path;
  private Path memory;
  private NativeFile file;

  @BeforeEach
  void unpack() throws IOException {
    path = Files.write(folder.resolve("lib.so"), new byte[5000]);
    memory = folder.resolve("lib.so.verified");
    file = new NativeFile("lib.so", NativeFile.sha256(path));
  }

  private void tick() throws InterruptedException {
    Thread.sleep(30); // until the file system's clock has moved
  }

  @Test
  void aFileThatWasJustWrittenIsNotRemembered() throws IOException {
    assertThat(Verification.holds(file, path)).isTrue();
    assertThat(memory).doesNotExist();
    assertThat(Verification.holds(file, path, NOW)).isTrue();
    assertThat(memory).isRegularFile().content().startsWith(file.sha256() + " size 5000 ");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(memory)))
        .isEqualTo("rw-------");
  }

  /** The content is not read any more: what is remembered for other content is believed. */
  @Test
  void whatIsRememberedIsNotReadAgain() throws IOException {
    NativeFile other = new NativeFile("lib.so", "0".repeat(64));
    assertThat(Verification.holds(other, path, NOW)).isFalse();
    assertThat(Verification.holds(file, path, NOW)).isTrue();
    Files.writeString(memory, Files.readString(memory).replace(file.sha256(), other.sha256()));
    assertThat(Verification.holds(other, path, NOW)).isTrue();
    String before = System.setProperty(Verification.PROPERTY, "true");
    try {
      assertThat(Verification.holds(other, path, NOW)).as("in full").isFalse();
    } finally {
      if (before == null) {
        System.clearProperty(Verification.PROPERTY);
      } else {
        System.setProperty(Verification.PROPERTY, before);
      }
    }
  }

  /** The same size and the same time: the system's own time tells. */
  @Test
  void aChangeThatHidesItself() throws Exception {
    FileTime time = Files.getLastModifiedTime(path);
    assertThat(Verification.holds(file, path, NOW)).isTrue();
    tick();
    byte[] changed = new byte[5000];
    changed[77] = 1;
    Files.write(path, changed);
    Files.setLastModifiedTime(path, time);
    assertThat(Verification.holds(file, path, NOW)).isFalse();
  }

  @Test
  void anotherFileInItsPlace() throws Exception {
    assertThat(Verification.holds(file, path, NOW)).isTrue();
    FileTime time = Files.getLastModifiedTime(path);
    Path other =
        Files.write(folder.resolve("other"), "x".repeat(5000).getBytes(StandardCharsets.UTF_8));
    Files.setLastModifiedTime(other, time);
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    assertThat(Verification.holds(file, path, NOW)).isFalse();
    Files.write(path, new byte[5000]); // the right one once more
    assertThat(Verification.holds(file, path, NOW)).isTrue();
  }

  /** What somebody else may have written is not believed, nor anything that is no such line. */
  @Test
  void aMemoryOfOthers() throws IOException {
    NativeFile other = new NativeFile("lib.so", "0".repeat(64));
    assertThat(Verification.holds(file, path, NOW)).isTrue();
    String line = Files.readString(memory).replace(file.sha256(), other.sha256());
    Files.writeString(memory, line);
    Files.setPosixFilePermissions(memory, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(Verification.holds(other, path, NOW)).isFalse();
    Files.delete(memory);
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), line);
    Files.createSymbolicLink(memory, elsewhere);
    assertThat(Verification.holds(other, path, NOW)).isFalse();
    Files.delete(memory);
    Files.write(memory, new byte[] {(byte) 0xff, 0, 1});
    assertThat(Verification.holds(other, path, NOW)).isFalse();
    assertThat(Verification.holds(file, path, NOW)).isTrue();
    assertThat(memory).content().startsWith(file.sha256());
  }
}
