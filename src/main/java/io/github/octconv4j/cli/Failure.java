package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.EnvironmentException;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.Locale;

/**
 * What an exception means to who typed the command.
 *
 * @param exitCode the exit code
 * @param message what went wrong, and what to do where that helps
 */
record Failure(int exitCode, String message) {
  /** A check failed, or octconv4j itself did. */
  static final int CHECK_FAILED = 1;

  /** Bad usage or bad input. */
  static final int BAD_INPUT = 2;

  /** This machine lacks something. */
  static final int MACHINE_LACKS = 3;

  /** Results could not be written. */
  static final int NOT_WRITTEN = 4;

  /** As the shell says it of programs that a pipe ends which nobody reads any more. */
  static final int UNREAD = 141;

  private static final int LONGEST = 1000;

  static Failure of(Throwable e) {
    if (e instanceof UncheckedIOException unchecked) {
      return of(unchecked.getCause());
    }
    if (e instanceof ExceptionInInitializerError error && error.getCause() != null) {
      return of(error.getCause()); // of a class that asks the library for something
    }
    if (e instanceof OutputError output) {
      return new Failure(output.unread() ? UNREAD : NOT_WRITTEN, output.getMessage());
    }
    if (e instanceof OutputException) {
      return new Failure(NOT_WRITTEN, e.getMessage());
    }
    if (e instanceof InvalidPathException path && !Unmappable.isMappable(path.getInput())) {
      return new Failure(BAD_INPUT, Unmappable.say(path.getInput()));
    }
    if (e instanceof MachineException
        || e instanceof EnvironmentException
        || e instanceof UnsatisfiedLinkError) {
      return new Failure(MACHINE_LACKS, e.getMessage());
    }
    if (e instanceof OutOfMemoryError) {
      return new Failure(
          MACHINE_LACKS,
          String.format(
              Locale.ROOT,
              "memory is exhausted (%s); give java more, for instance JAVA_TOOL_OPTIONS=-Xmx8g",
              e.getMessage()));
    }
    if (e instanceof DnnException dnn && dnn.status() == Status.UNIMPLEMENTED) {
      return new Failure(MACHINE_LACKS, dnn.getMessage());
    }
    if (e instanceof DnnException dnn && dnn.status() == Status.OUT_OF_MEMORY) {
      return new Failure(MACHINE_LACKS, dnn.getMessage() + "; memory is exhausted");
    }
    if (e instanceof FileSystemException file && file.getReason() == null) {
      String why =
          e instanceof AccessDeniedException ? "permission denied" : e.getClass().getSimpleName();
      return new Failure(BAD_INPUT, file.getFile() + ": " + why);
    }
    if (e instanceof IOException || e instanceof IllegalArgumentException) {
      return new Failure(BAD_INPUT, String.valueOf(e.getMessage()));
    }
    return new Failure(CHECK_FAILED, "internal error, --debug shows where: " + e);
  }

  /** Whether anybody should read the message. */
  boolean isWorthALine() {
    return exitCode != UNREAD;
  }

  /** The message as a line of bearable length. */
  String line() {
    boolean cut = message.length() > LONGEST;
    return Printable.line(message, LONGEST) + (cut ? " (--debug shows all)" : "");
  }

  /** A text without line breaks and what else cannot be seen, which file names may hold. */
  static String oneLine(String text) {
    return Printable.line(text, 2 * LONGEST);
  }
}
