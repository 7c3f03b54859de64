package io.github.octconv4j.bench.peers;

import io.github.octconv4j.bench.report.PeerComparison;
import io.github.octconv4j.bench.report.PeerResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints who is how much faster. */
final class PeersTable {
  private PeersTable() {}

  static void print(PrintWriter out, List<PeerResult> results) {
    out.println();
    out.println(
        "How many times faster octconv4j is, geometric mean over the layers measured by both:");
    for (PeerComparison c : PeerComparison.all(results)) {
      out.printf(
          Locale.ROOT,
          "  %d thread%s, alpha %-5s  %-16s than %-16s %.2f  (%d layers, %.2f to %.2f)%n",
          c.threads(),
          c.threads() == 1 ? " " : "s",
          c.alpha(),
          c.ours(),
          c.theirs(),
          c.mean(),
          c.layers().size(),
          c.least(),
          c.most());
    }
    out.flush();
  }
}
