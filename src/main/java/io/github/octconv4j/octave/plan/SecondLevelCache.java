package io.github.octconv4j.octave.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cache of each core that convolutions work in: how large it is, where Linux tells it. */
final class SecondLevelCache {
  /** What is taken where the system does not tell. */
  static final long USUAL_BYTES = 1 << 20;

  private static final Path FOLDER = Path.of("/sys/devices/system/cpu/cpu0/cache/index2");
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,8})([KM])");

  private SecondLevelCache() {}

  /** Read from the system once. */
  private static final class Here {
    static final long BYTES = bytes(FOLDER);
  }

  /** Returns the size of the first core's, in bytes. */
  static long bytes() {
    return Here.BYTES;
  }

  /** Returns what a folder of Linux says, with files {@code level} and {@code size}. */
  static long bytes(Path folder) {
    try {
      Matcher size = SIZE.matcher(Files.readString(folder.resolve("size")).strip());
      boolean second = Files.readString(folder.resolve("level")).strip().equals("2");
      if (second && size.matches()) {
        return Long.parseLong(size.group(1)) << (size.group(2).equals("K") ? 10 : 20);
      }
      return USUAL_BYTES;
    } catch (IOException e) {
      return USUAL_BYTES;
    }
  }
}
