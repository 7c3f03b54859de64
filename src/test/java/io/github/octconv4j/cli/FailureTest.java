package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class FailureTest {
  @Test
  void badInput() {
    assertThat(Failure.of(new IOException("a: b"))).isEqualTo(new Failure(2, "a: b"));
    assertThat(Failure.of(new UncheckedIOException(new IOException("a: b"))))
        .isEqualTo(new Failure(2, "a: b"));
    assertThat(Failure.of(new IllegalArgumentException("kernel must be at least 1x1")))
        .isEqualTo(new Failure(2, "kernel must be at least 1x1"));
  }

  @Test
  void fileSystemExceptionsWithoutReason() {
    assertThat(Failure.of(new AccessDeniedException("f")))
        .isEqualTo(new Failure(2, "f: permission denied"));
    assertThat(Failure.of(new NoSuchFileException("f")))
        .isEqualTo(new Failure(2, "f: NoSuchFileException"));
    assertThat(Failure.of(new NoSuchFileException("f", null, "no such file")))
        .isEqualTo(new Failure(2, "f: no such file"));
  }

  @Test
  void whatTheMachineLacks() {
    assertThat(Failure.of(new UnsatisfiedLinkError("octconv4j: no library")))
        .isEqualTo(new Failure(3, "octconv4j: no library"));
    assertThat(Failure.of(new MachineException("no room", null)))
        .isEqualTo(new Failure(3, "no room"));
    assertThat(Failure.of(new OutOfMemoryError("Java heap space")).exitCode()).isEqualTo(3);
  }

  @Test
  void ownMistakes() {
    assertThat(Failure.of(new IllegalStateException("closed")))
        .isEqualTo(
            new Failure(
                1, "internal error, --debug shows where: java.lang.IllegalStateException: closed"));
  }
}
