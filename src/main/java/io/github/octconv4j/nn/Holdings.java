package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.Engine;

/**
 * What a {@link Computation} owns.
 *
 * @param engine of all its plans
 * @param constants the weights in the layouts that plans want
 * @param closeFile closes the file that weights are read from; may be called more than once
 */
record Holdings(Engine engine, Constants constants, Runnable closeFile) implements AutoCloseable {
  /** An engine without weights yet. */
  static Holdings of(Runnable closeFile) {
    Engine engine = Engine.cpu();
    return new Holdings(engine, Constants.of(engine), closeFile);
  }

  /** Closes the file: no more weights can be read. */
  void dropWeights() {
    closeFile.run();
  }

  @Override
  public void close() {
    constants.close();
    engine.close();
    dropWeights();
  }
}
