package io.github.octconv4j.nn;

import io.github.octconv4j.text.Checks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * Classes and their probabilities.
 *
 * @param ranked the most probable first
 * @since 0.1.0
 */
public record Classification(List<Candidate> ranked) {
  private static final float MOST_PROBABLE = 1.001f; // rounded, at worst in BF16

  /**
   * A class.
   *
   * @param index number of the class, from 0
   * @param label its name
   * @param probability from 0 to 1
   */
  public record Candidate(int index, String label, double probability) {}

  /** Copies the list. */
  public Classification {
    ranked = Checks.list("ranked", ranked);
  }

  /**
   * Returns the classes of a network's output, with probabilities by softmax.
   *
   * @param labels of the classes
   * @param logits one for each label
   * @throws IllegalArgumentException if there are more of one than of the other, or a logit is not
   *     finite: then the network's weights are broken, or its input was
   */
  public static Classification ofLogits(List<String> labels, float[] logits) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(logits, "logits");
    if (labels.size() != logits.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%d labels don't fit %d logits", labels.size(), logits.length));
    }
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "logits must be finite, was %s at index %d", logits[i], i));
      }
      max = Math.max(max, logits[i]);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double shift = max;
    double total = sum;
    return ranked(labels, i -> Math.exp(logits[i] - shift) / total);
  }

  /**
   * Returns the classes of a network whose last layer gives probabilities, as a softmax does.
   *
   * @param labels of the classes
   * @param probabilities one for each label
   * @throws IllegalArgumentException if there are more of one than of the other, or a value is not
   *     from 0 to 1: then these are no probabilities, or the network's weights or input are broken
   */
  public static Classification ofProbabilities(List<String> labels, float[] probabilities) {
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(probabilities, "probabilities");
    if (labels.size() != probabilities.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d labels don't fit %d probabilities",
              labels.size(),
              probabilities.length));
    }
    for (int i = 0; i < probabilities.length; i++) {
      if (!(probabilities[i] >= 0 && probabilities[i] <= MOST_PROBABLE)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "probabilities must be from 0 to 1, was %s at index %d",
                probabilities[i],
                i));
      }
    }
    return ranked(labels, i -> probabilities[i]);
  }

  private static Classification ranked(List<String> labels, IntToDoubleFunction probability) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      candidates.add(new Candidate(i, labels.get(i), Math.min(1, probability.applyAsDouble(i))));
    }
    candidates.sort(Comparator.comparingDouble(Candidate::probability).reversed());
    return new Classification(candidates);
  }

  /** Returns the most probable class. */
  public Candidate best() {
    if (ranked.isEmpty()) {
      throw new IllegalStateException("there are no classes, so none is the best");
    }
    return ranked.getFirst();
  }

  /** Returns the {@code count} most probable classes, or all where there are fewer. */
  public List<Candidate> top(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("count must be at least 0, was " + count);
    }
    return ranked.subList(0, Math.min(count, ranked.size()));
  }
}
