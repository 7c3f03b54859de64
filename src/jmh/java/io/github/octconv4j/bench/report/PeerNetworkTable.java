package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A network in this library and in ONNX Runtime, a line for each alpha. */
public final class PeerNetworkTable {
  private PeerNetworkTable() {}

  static final List<String> HEADS =
      List.of(
          "alpha",
          "octconv4j ms",
          "ONNX Runtime ms",
          "octconv4j / ONNX Runtime",
          "octave / dense",
          "ONNX Runtime: octave / dense",
          "bf16 ms",
          "bf16 / ONNX Runtime F32",
          "start ms",
          "ONNX Runtime: start ms",
          "difference");

  /** The results of one network and number of threads. */
  record Group(String network, int threads) {
    @Override
    public String toString() {
      return network + ", " + Figures.threads(threads);
    }
  }

  static List<Group> groups(List<PeerNetworkResult> results) {
    return results.stream().map(r -> new Group(r.network(), r.threads())).distinct().toList();
  }

  /** The lines of a group: texts, "-" where something was not measured or is wrong. */
  static List<List<String>> rows(Group group, List<PeerNetworkResult> all) {
    List<PeerNetworkResult> results =
        all.stream()
            .filter(r -> r.network().equals(group.network) && r.threads() == group.threads)
            .filter(PeerNetworkResult::isRight)
            .toList();
    List<List<String>> rows = new ArrayList<>();
    for (double alpha :
        results.stream().map(PeerNetworkResult::alpha).distinct().sorted().toList()) {
      Optional<PeerNetworkResult> ours = find(results, alpha, true, "f32");
      Optional<PeerNetworkResult> bf16 = find(results, alpha, true, "bf16");
      Optional<PeerNetworkResult> theirs = find(results, alpha, false, "f32");
      rows.add(
          List.of(
              alpha == 0 ? "dense" : Numbers.alpha(alpha),
              number("%.1f", ours.map(PeerNetworkResult::ms)),
              number("%.1f", theirs.map(PeerNetworkResult::ms)),
              ratio(ours, theirs),
              ratio(ours, find(results, 0, true, "f32")),
              ratio(theirs, find(results, 0, false, "f32")),
              number("%.1f", bf16.map(PeerNetworkResult::ms)),
              ratio(bf16, theirs),
              number("%.0f", ours.map(PeerNetworkResult::startMs)),
              number("%.0f", theirs.map(PeerNetworkResult::startMs)),
              number("%.1e", ours.map(PeerNetworkResult::agrees))));
    }
    return rows;
  }

  static Optional<PeerNetworkResult> find(
      List<PeerNetworkResult> results, double alpha, boolean ours, String dtype) {
    return results.stream()
        .filter(r -> r.alpha() == alpha && r.isOurs() == ours && r.dtype().equals(dtype))
        .findFirst();
  }

  private static String number(String format, Optional<Double> value) {
    return value.map(v -> Figures.number(format, v)).orElse("-");
  }

  private static String ratio(Optional<PeerNetworkResult> over, Optional<PeerNetworkResult> under) {
    return number("%.3f", over.flatMap(o -> under.map(u -> o.ms() / u.ms())));
  }

  /** Returns all groups as Markdown. */
  public static String text(List<PeerNetworkResult> results) {
    StringBuilder text = new StringBuilder();
    for (Group group : groups(results)) {
      text.append(group).append("\n\n").append(line(HEADS));
      text.append(line(HEADS.stream().map(head -> "---").toList()));
      rows(group, results).forEach(row -> text.append(line(row)));
      text.append('\n');
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
