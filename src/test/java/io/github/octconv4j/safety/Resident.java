package io.github.octconv4j.safety;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** What this process holds, as Linux counts it. */
record Resident(long kilobytes, int threads, int files) {

  /** Counts after a garbage collection. */
  static Resident now() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100); // for the cleaner
    }
    long kilobytes = 0;
    int threads = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:") || line.startsWith("Threads:")) {
        long number = Long.parseLong(line.replaceAll("\\D", ""));
        if (line.startsWith("VmRSS:")) {
          kilobytes = number;
        } else {
          threads = (int) number;
        }
      }
    }
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return new Resident(kilobytes, threads, (int) open.count());
    }
  }

  /** Growth in percent of what there was. */
  double growth(Resident later) {
    return 100.0 * (later.kilobytes - kilobytes) / kilobytes;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%d KiB resident, %d threads, %d files", kilobytes, threads, files);
  }
}
