package io.github.octconv4j.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The standard output, which may be closed, on a full disk, or a pipe that nobody reads any more:
 * unlike {@code System.out} it does not swallow that, but throws an {@link OutputError}, once.
 */
public final class StandardOutput extends OutputStream {
  private static final Path LINK = Path.of("/proc/self/fd/1");

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private boolean failed;

  private StandardOutput() {}

  /** A program that prints. */
  public interface Program {
    /** Runs it and returns its exit code. */
    int run(PrintWriter out) throws IOException;
  }

  /** Returns a writer in the encoding of the terminal; what is not flushed is not yet written. */
  static PrintWriter writer() {
    return new PrintWriter(
        new BufferedWriter(new OutputStreamWriter(new StandardOutput(), System.out.charset())));
  }

  /**
   * Runs a program to its end, and says on the error output what could not be read or written.
   *
   * @param name of the program, with which that line begins
   * @return the exit code
   */
  public static int run(String name, Program program) {
    try {
      PrintWriter out = writer();
      int code = program.run(out);
      out.flush();
      return code;
    } catch (IOException | OutputError e) {
      Failure failure = Failure.of(e);
      if (failure.isWorthALine()) {
        System.err.println(Failure.oneLine(name + ": " + failure.line()));
      }
      return failure.exitCode();
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (failed) { // and said so
      return;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failed = true;
      throw new OutputError(
          "the standard output could not be written: " + e.getMessage(), isUnread(e), e);
    }
  }

  /** The system says it in the user's language, but there is one reason for which pipes fail. */
  private static boolean isUnread(IOException e) {
    if (String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
      return true;
    }
    try {
      String target = Files.readSymbolicLink(LINK).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException notLinux) {
      return false;
    }
  }
}
