package io.github.octconv4j.quant;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The outputs in floats for each sample, and how far others are off. */
final class Answers {
  private final List<Map<String, TensorData>> floats = new ArrayList<>();
  private final List<String> outputs;
  private final Samples samples;

  /**
   * No answers yet.
   *
   * @param outputs names of the outputs; the first says classes
   * @param samples that are answered
   */
  Answers(List<String> outputs, Samples samples) {
    this.outputs = outputs;
    this.samples = samples;
  }

  void add(Map<String, TensorData> answer) {
    floats.add(answer);
  }

  /** Compares the outputs for the first samples. */
  Comparison comparison() {
    return new Comparison();
  }

  /** How far a network's outputs are off. */
  final class Comparison implements SampleRuns.Taker {
    private double distance;
    private int count;
    private int compared;
    private int same;
    private int labelled;
    private int right;
    private int rightInFloats;

    @Override
    public void take(int sample, Map<String, TensorData> actual) {
      Map<String, TensorData> expected = floats.get(sample);
      for (String output : outputs) {
        TensorData floats = Objects.requireNonNull(expected.get(output));
        if (floats.element() == ElementType.F32) {
          distance += 1 - cosine(floats, Objects.requireNonNull(actual.get(output)));
          count++;
        }
      }
      String scores = outputs.getFirst();
      long before = best(Objects.requireNonNull(expected.get(scores)));
      long now = best(Objects.requireNonNull(actual.get(scores)));
      compared++;
      same += before == now ? 1 : 0;
      if (samples.isLabelled(sample)) {
        int label = samples.label(sample);
        labelled++;
        right += now == label ? 1 : 0;
        rightInFloats += before == label ? 1 : 0;
      }
    }

    /** What must not be lost. */
    double loss(Loss criterion) {
      return switch (criterion) {
        case OUTPUTS -> loss();
        case ACCURACY -> lostAccuracy();
      };
    }

    /** 1 less the cosine, the mean of all samples and outputs. */
    double loss() {
      return count == 0 ? 0 : distance / count;
    }

    /** The share of samples whose largest output is where it was. */
    double sameClass() {
      return compared == 0 ? 1 : (double) same / compared;
    }

    /** By how much fewer labelled samples are right than in floats, as a share; NaN without any. */
    double lostAccuracy() {
      return labelled == 0 ? Double.NaN : (double) (rightInFloats - right) / labelled;
    }
  }

  private static long best(TensorData scores) {
    long best = 0;
    for (long i = 1; i < scores.count(); i++) {
      best = scores.doubleAt(i) > scores.doubleAt(best) ? i : best;
    }
    return best;
  }

  private static double cosine(TensorData a, TensorData b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (long i = 0; i < a.count(); i++) {
      product += a.doubleAt(i) * b.doubleAt(i);
      ofA += a.doubleAt(i) * a.doubleAt(i);
      ofB += b.doubleAt(i) * b.doubleAt(i);
    }
    return ofA == 0 || ofB == 0 ? (ofA == ofB ? 1 : 0) : product / Math.sqrt(ofA * ofB);
  }
}
