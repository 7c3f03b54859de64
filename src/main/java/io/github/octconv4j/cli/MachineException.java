package io.github.octconv4j.cli;

import java.io.IOException;
import java.util.Locale;

/** This machine lacks something; the message says what to do. */
final class MachineException extends IOException {
  private static final long serialVersionUID = 1L;

  MachineException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What Java throws where the machine has no fonts differs from release to release. */
  static MachineException withoutFonts(String what, Throwable cause) {
    return new MachineException(
        String.format(
            Locale.ROOT,
            "%s can't be drawn (%s); install fontconfig and a font, for instance apt-get install fontconfig fonts-dejavu-core",
            what,
            cause),
        cause);
  }
}
