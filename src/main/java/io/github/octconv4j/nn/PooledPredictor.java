package io.github.octconv4j.nn;

/**
 * A predictor of a network's own.
 *
 * @param predictor closed with this
 */
record PooledPredictor(Predictor predictor) implements IdleRunners.Runner {
  @Override
  public long bytes() {
    return predictor.activationBytes();
  }

  @Override
  public void close() {
    predictor.close();
  }
}
