package io.github.octconv4j.quant;

import io.github.octconv4j.graph.TensorData;

/**
 * The elements of one value over all samples: first their limits, and in a second round how often
 * each part of that range occurs.
 */
final class Observation {
  private static final int BINS = 2048;
  private static final double CUT = 1e-5; // of the elements at each end
  private static final int CANDIDATES = 100;
  private static final int LEVELS = 255;

  private final long[] bins = new long[BINS];
  private double least;
  private double most;
  private long count;

  /** Widens the limits. */
  void limit(TensorData data) {
    for (float x : data.toFloats()) {
      if (Float.isFinite(x)) {
        least = Math.min(least, x);
        most = Math.max(most, x);
      }
    }
  }

  /** Counts elements, all of which have been within the limits. */
  void count(TensorData data) {
    double width = (most - least) / BINS;
    for (float x : data.toFloats()) {
      if (Float.isFinite(x) && width > 0) {
        bins[(int) Math.clamp((x - least) / width, 0, BINS - 1)]++;
        count++;
      }
    }
  }

  Span span(Ranges ranges) {
    return switch (ranges) {
      case MIN_MAX -> Span.of(least, most);
      case PERCENTILE -> percentile();
      case MSE -> leastError();
    };
  }

  private double edge(int bin) {
    return least + (most - least) * bin / BINS;
  }

  private Span percentile() {
    long cut = (long) (CUT * count);
    int first = 0;
    int last = BINS - 1;
    long below = bins[first];
    while (first < last && below <= cut) {
      below += bins[++first];
    }
    long above = bins[last];
    while (last > first && above <= cut) {
      above += bins[--last];
    }
    return Span.of(edge(first), edge(last + 1));
  }

  /** Both ends are drawn in by the same share; what lies at 0 stays. */
  private Span leastError() {
    Span best = Span.of(least, most);
    double error = error(best);
    for (int i = 1; i < CANDIDATES; i++) {
      double share = 1 - (double) i / CANDIDATES;
      Span candidate = Span.of(least * share, most * share);
      double its = error(candidate);
      if (its < error) {
        best = candidate;
        error = its;
      }
    }
    return best;
  }

  private double error(Span span) {
    double step = span.scale();
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
      double x = (edge(i) + edge(i + 1)) / 2;
      double q = Math.clamp(Math.rint(x / step) + span.zeroPoint(), 0.0, (double) LEVELS);
      double off = x - (q - span.zeroPoint()) * step;
      // Within a step all places are as likely.
      double within = x > span.low() && x < span.high() ? step * step / 12 : off * off;
      sum += bins[i] * within;
    }
    return sum;
  }
}
