package io.github.octconv4j.nn;

import io.github.octconv4j.text.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Whether octave convolution pays, as {@link OctaveAdvisor} found out: the dense form beside octave
 * ones.
 *
 * @param subject what was measured
 * @param rounds how often each form was run
 * @param dense the form without low channels
 * @param octaves forms with low channels, by growing alpha
 * @since 0.1.0
 */
public record Advice(String subject, int rounds, Trial dense, List<Trial> octaves) {
  /** Differences of time below this share of the dense form's say nothing. */
  public static final double NOISE = 0.02;

  /** Checks the alphas and copies the list. */
  public Advice {
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(dense, "dense");
    Checks.elements("octaves", octaves);
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1, was " + rounds);
    }
    if (dense.alpha != 0) {
      throw new IllegalArgumentException("dense must have alpha 0, had " + dense.alpha);
    }
    double before = 0;
    for (Trial trial : octaves) {
      if (trial.alpha <= before) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the alphas of octaves must be above 0 and grow, %s came after %s",
                trial.alpha,
                before));
      }
      before = trial.alpha;
    }
    octaves = List.copyOf(octaves);
  }

  /**
   * One form of a layer or network, measured.
   *
   * @param alpha share of low channels, 0 for the dense form
   * @param multiplyAdds of one run
   * @param elements of all feature maps of a run
   * @param microseconds median time of a run
   * @param activationBytes of all feature maps of a run, with what the plan keeps between; those of
   *     a network share memory
   */
  public record Trial(
      double alpha, long multiplyAdds, long elements, double microseconds, long activationBytes) {
    /** Checks the values. */
    public Trial {
      if (!(alpha >= 0 && alpha <= 1)) {
        throw new IllegalArgumentException("alpha must be from 0 to 1, was " + alpha);
      }
      if (multiplyAdds < 1 || elements < 1 || activationBytes < 1 || !(microseconds > 0)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "a trial needs values above 0, had %d multiply-adds, %d elements, %s us, %d bytes",
                multiplyAdds,
                elements,
                microseconds,
                activationBytes));
      }
    }
  }

  /** Returns the measured time over the dense form's. */
  public double ratio(Trial trial) {
    return Objects.requireNonNull(trial, "trial").microseconds / dense.microseconds;
  }

  /**
   * Returns the time that a form would take if nothing but multiply-adds took time: the dense
   * form's, times its share of their number.
   */
  public double predictedMicroseconds(Trial trial) {
    Objects.requireNonNull(trial, "trial");
    return dense.microseconds * trial.multiplyAdds / dense.multiplyAdds;
  }

  /**
   * Returns the bytes that activations would take if they shrank as the feature maps do: the dense
   * form's, times its share of their elements.
   */
  public long predictedActivationBytes(Trial trial) {
    Objects.requireNonNull(trial, "trial");
    return Math.round((double) dense.activationBytes * trial.elements / dense.elements);
  }

  /** Returns whether a form takes clearly less time than the dense one. */
  public boolean pays(Trial trial) {
    return ratio(trial) < 1 - NOISE;
  }

  /**
   * Returns what a user needs to know, for instance {@code alpha .25: 1.31 times faster, 19 % less
   * activation memory; .125 does not pay here}.
   */
  public String sentence() {
    List<String> parts = new ArrayList<>();
    for (Trial trial : octaves) {
      if (pays(trial)) {
        parts.add(
            String.format(
                Locale.ROOT,
                "alpha %s: %s times faster, %s",
                alpha(trial),
                String.format(Locale.ROOT, "%.2f", 1 / ratio(trial)),
                memory(trial)));
      }
    }
    for (Trial trial : octaves) {
      if (!pays(trial) && ratio(trial) <= 1 + NOISE) {
        parts.add(
            String.format(Locale.ROOT, "alpha %s: no faster, %s", alpha(trial), memory(trial)));
      }
    }
    List<Trial> slow = octaves.stream().filter(trial -> ratio(trial) > 1 + NOISE).toList();
    if (!slow.isEmpty()) {
      parts.add(
          String.format(
              Locale.ROOT,
              "%s%s %s not pay here",
              parts.isEmpty() ? "alpha " : "",
              slow.stream().map(Advice::alpha).collect(Collectors.joining(" and ")),
              slow.size() == 1 ? "does" : "do"));
    }
    return String.join("; ", parts);
  }

  private String memory(Trial trial) {
    double less = 1 - (double) trial.activationBytes / dense.activationBytes;
    long percent = Math.round(100 * Math.abs(less));
    return percent == 0
        ? "as much activation memory"
        : String.format(
            Locale.ROOT, "%d %% %s activation memory", percent, less > 0 ? "less" : "more");
  }

  private static String alpha(Trial trial) {
    String text = Double.toString(trial.alpha);
    return text.startsWith("0.") ? text.substring(1) : text.replaceFirst("\\.0$", "");
  }
}
