package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * How many times faster this library is than another one, on the layers that both computed right.
 *
 * @param threads of both
 * @param alpha of both
 * @param ours this library's contender, with its type
 * @param theirs the other library, in F32
 * @param layers times faster, by layer
 */
public record PeerComparison(
    int threads, double alpha, String ours, String theirs, Map<String, Double> layers) {
  static final String OURS = "octconv4j";

  /** Returns all comparisons that the results hold, by threads, alpha and library. */
  public static List<PeerComparison> all(List<PeerResult> results) {
    List<PeerComparison> all = new ArrayList<>();
    for (int threads : new TreeSet<>(results.stream().map(PeerResult::threads).toList())) {
      for (double alpha : new TreeSet<>(results.stream().map(PeerResult::alpha).toList())) {
        List<PeerResult> same =
            results.stream()
                .filter(r -> r.threads() == threads && r.alpha() == alpha && r.isRight())
                .toList();
        List<String> contenders = same.stream().map(PeerComparison::label).distinct().toList();
        for (String theirs : contenders) {
          for (String ours : contenders) {
            if (isOurs(ours) && !isOurs(theirs)) {
              Map<String, Double> layers = faster(same, ours, theirs);
              if (!layers.isEmpty()) {
                all.add(new PeerComparison(threads, alpha, ours, theirs, layers));
              }
            }
          }
        }
      }
    }
    return all;
  }

  static boolean isOurs(String label) {
    return label.startsWith(OURS);
  }

  /** The name of a contender: its library, and its type where that is not F32. */
  static String label(PeerResult result) {
    return result.dtype().equals("f32")
        ? result.library()
        : result.library() + " " + result.dtype();
  }

  private static Map<String, Double> faster(List<PeerResult> results, String ours, String theirs) {
    Map<String, Double> layers = new LinkedHashMap<>();
    for (PeerResult their : results) {
      for (PeerResult our : results) {
        if (their.layer().equals(our.layer())
            && label(their).equals(theirs)
            && label(our).equals(ours)) {
          layers.put(our.layer(), their.us() / our.us());
        }
      }
    }
    return layers;
  }

  /** Returns the geometric mean. */
  public double mean() {
    return Figures.geometricMean(layers.values());
  }

  /** Returns the smallest of all layers. */
  public double least() {
    return layers.values().stream().mapToDouble(x -> x).min().orElseThrow();
  }

  /** Returns the largest of all layers. */
  public double most() {
    return layers.values().stream().mapToDouble(x -> x).max().orElseThrow();
  }
}
