package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whole networks in this library and in another. */
record NetworksSection(List<PeerNetworkResult> results) implements Section {
  @Override
  public List<String> answers() {
    List<String> answers = new ArrayList<>();
    for (PeerNetworkTable.Group group : PeerNetworkTable.groups(results)) {
      List<PeerNetworkResult> same =
          results.stream()
              .filter(r -> r.network().equals(group.network()) && r.threads() == 1 && r.isRight())
              .toList();
      Optional<PeerNetworkResult> ours = PeerNetworkTable.find(same, ALPHA, true, "f32");
      Optional<PeerNetworkResult> theirs = PeerNetworkTable.find(same, ALPHA, false, "f32");
      if (group.threads() == 1 && ours.isPresent() && theirs.isPresent()) {
        answers.add(
            Html.answer(
                Figures.number("%.2f x", theirs.get().ms() / ours.get().ms()),
                "as fast as ONNX Runtime on the whole network " + group.network()));
      }
    }
    return answers;
  }

  @Override
  public String html() {
    StringBuilder html = new StringBuilder();
    html.append("<h2>Whole networks against ONNX Runtime</h2>\n")
        .append(
            "<p>One image of 224x224 pixels row by row, random weights, the same for both; all run in"
                + " turn in one process. Start is from the file of weights to the first result in a"
                + " warm JVM, without tuning. Difference is the largest one between both outputs,"
                + " over the largest value.</p>\n");
    for (PeerNetworkTable.Group group : PeerNetworkTable.groups(results)) {
      html.append("<h3>").append(Html.escape(group.toString())).append("</h3>\n");
      html.append(Html.table(PeerNetworkTable.HEADS, PeerNetworkTable.rows(group, results)));
    }
    return html.toString();
  }
}
