package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.report.MachineInfo;
import io.github.octconv4j.bench.report.Measurements;
import io.github.octconv4j.bench.report.PeerResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file of results, which grows with each measurement and survives an interruption. */
final class PeersFile {
  private final Path file;
  private final MachineInfo machine = MachineInfo.here();
  private final List<PeerResult> results = new ArrayList<>();

  /**
   * Opens a file that may exist.
   *
   * @throws IOException if it holds something else, or measurements of another machine
   */
  PeersFile(Path file) throws IOException {
    this.file = file;
    Optional<Measurements<PeerResult>> before = Measurements.read(file, PeerResult.class);
    if (before.isPresent()) {
      if (!before.get().machine().isLike(machine)) {
        throw new IOException(
            "%s holds measurements of %s, this is %s: move it away or name another folder"
                .formatted(file, before.get().machine(), machine));
      }
      results.addAll(before.get().results());
    }
  }

  /** Adds results in place of older ones of the same, and writes the file. */
  void add(List<PeerResult> measured) throws IOException {
    results.removeIf(old -> measured.stream().anyMatch(old::isSameAs));
    results.addAll(measured);
    new Measurements<>(machine, results).write(file, "peers");
  }

  List<PeerResult> results() {
    return List.copyOf(results);
  }
}
