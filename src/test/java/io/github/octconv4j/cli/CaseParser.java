package io.github.octconv4j.cli;

import java.io.IOException;
import java.nio.file.Path;

/** Reads case files. */
public final class CaseParser {
  private CaseParser() {}

  /** Reads one. */
  public static void read(Path path) throws IOException {
    CaseFile.read(path);
  }
}
