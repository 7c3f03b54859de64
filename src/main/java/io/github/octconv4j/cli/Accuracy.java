package io.github.octconv4j.cli;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import java.io.IOException;

/**
 * How often a network is right.
 *
 * @param network its name
 * @param right images whose most probable class is the label
 * @param images all images
 * @param seconds what it took, reading and scaling included
 */
record Accuracy(String network, int right, int images, double seconds) {
  private static final int BATCH = 50;

  /**
   * Classifies all images in batches, and tells {@code progress} of each.
   *
   * @param labels the network's class of each image
   * @throws IOException if an image can't be read
   */
  static Accuracy measure(
      Network network, PlanOptions options, Dataset dataset, int[] labels, Progress progress)
      throws IOException {
    int classes = network.info().labels().size();
    int batch = Math.min(BATCH, dataset.count());
    int right = 0;
    long begin = System.nanoTime();
    try (Predictor predictor = network.predictor(batch, options)) {
      for (int first = 0; first < dataset.count(); first += batch) {
        int count = Math.min(batch, dataset.count() - first); // what is behind stays from before
        for (int i = 0; i < count; i++) {
          predictor.setImage(i, dataset.image(first + i));
        }
        predictor.run();
        float[] logits = predictor.output().floats();
        for (int i = 0; i < count; i++) {
          right += best(logits, i * classes, classes) == labels[first + i] ? 1 : 0;
        }
        progress.step(count);
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Accuracy(network.info().name(), right, dataset.count(), seconds);
  }

  double share() {
    return (double) right / images;
  }

  private static int best(float[] logits, int from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (logits[from + i] > logits[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
