package io.github.octconv4j.image;

import java.io.IOException;

/** A file that is refused. The message is what follows the file's name: "is a damaged ...". */
final class BadImageException extends IOException {
  private static final long serialVersionUID = 1L;

  BadImageException(String message) {
    super(message);
  }
}
