package io.github.octconv4j.cli;

import io.github.octconv4j.nn.OctaveAdvisor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import picocli.CommandLine.Option;

/** Which alphas the commands of {@code explain} compare. */
final class AdviceOptions {
  @Option(
      names = "--compare",
      paramLabel = "A",
      split = ",",
      converter = ShareConverter.class,
      description =
          "Alphas to compare with dense beside the one of the plan, separated by commas;"
              + " .125,.25,.5,.75 by default.")
  private List<Double> alphas = List.of();

  /** Whether any were given. */
  boolean areGiven() {
    return !alphas.isEmpty();
  }

  /**
   * The alphas with that of the plan, which may be 0. Of those that nobody asked for the ones that
   * can't be are left out.
   *
   * @param check throws an IllegalArgumentException where there is no such octave form
   */
  List<Double> and(double alpha, DoubleConsumer check) {
    List<Double> all = new ArrayList<>();
    if (alpha > 0) {
      all.add(alpha);
    }
    if (!alphas.isEmpty()) {
      alphas.forEach(check::accept);
      all.addAll(alphas);
      return all;
    }
    for (double usual : OctaveAdvisor.ALPHAS) {
      try {
        check.accept(usual);
        all.add(usual);
      } catch (IllegalArgumentException e) {
        // groups don't divide the channels, for instance
      }
    }
    return all;
  }
}
