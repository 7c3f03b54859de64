package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.report.MachineInfo;
import io.github.octconv4j.bench.report.Measurements;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * A file of results, which grows with each measurement and survives an interruption.
 *
 * @param <T> what a result holds
 */
final class PeersFile<T> {
  private final Path file;
  private final BiPredicate<T, T> same;
  private final MachineInfo machine = MachineInfo.here();
  private final List<T> results = new ArrayList<>();

  /**
   * Opens a file that may exist.
   *
   * @param same whether a result takes another one's place
   * @throws IOException if it holds something else, or measurements of another machine
   */
  PeersFile(Path file, Class<T> type, BiPredicate<T, T> same) throws IOException {
    this.file = file;
    this.same = same;
    Optional<Measurements<T>> before = Measurements.read(file, type);
    if (before.isPresent()) {
      if (!before.get().machine().isLike(machine)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s holds measurements of %s, this is %s: move it away or name another folder",
                file,
                before.get().machine(),
                machine));
      }
      results.addAll(before.get().results());
    }
  }

  /** Adds results in place of older ones of the same, and writes the file. */
  void add(List<T> measured) throws IOException {
    results.removeIf(old -> measured.stream().anyMatch(one -> same.test(old, one)));
    results.addAll(measured);
    new Measurements<>(machine, results).write(file, "peers");
  }

  List<T> results() {
    return List.copyOf(results);
  }
}
