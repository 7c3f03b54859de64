package io.github.octconv4j.bench.demo;

import io.github.octconv4j.cli.Picture;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Runner;
import java.util.List;
import java.util.Optional;

/** A trained network in one arithmetic, ready to classify one picture at a time. For one thread. */
final class Contender implements Runner, AutoCloseable {
  private final String alpha;
  private final String arithmetic;
  private final Network network;
  private final Predictor predictor;

  /**
   * Plans the network.
   *
   * @param alpha its name in tables and charts
   * @param arithmetic for instance {@code bf16}
   * @param network which this closes
   */
  Contender(String alpha, String arithmetic, Network network, PlanOptions options) {
    this.alpha = alpha;
    this.arithmetic = arithmetic;
    this.network = network;
    try {
      this.predictor = network.predictor(1, options);
    } catch (RuntimeException | Error e) {
      network.close();
      throw e;
    }
  }

  String alpha() {
    return alpha;
  }

  String arithmetic() {
    return arithmetic;
  }

  /** Returns how many pictures are right. */
  int right(List<Picture> pictures) {
    int right = 0;
    for (Picture picture : pictures) {
      Optional<String> label = Optional.of(predictor.classify(picture.image()).best().label());
      right += label.equals(picture.trueLabel()) ? 1 : 0;
    }
    return right;
  }

  long multiplyAdds() {
    return predictor.multiplyAdds();
  }

  long weightBytes() {
    return network.weightBytes();
  }

  long activationBytes() {
    return predictor.activationBytes();
  }

  /** Runs on the picture that was classified last. */
  @Override
  public void run() {
    predictor.run();
  }

  @Override
  public void close() {
    predictor.close();
    network.close();
  }
}
