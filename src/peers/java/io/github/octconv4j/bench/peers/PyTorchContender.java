package io.github.octconv4j.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;

/**
 * PyTorch through DJL, operator by operator, without gradients. Inputs and weights stay in
 * PyTorch's memory; each operator allocates its result, as always in PyTorch.
 */
final class PyTorchContender implements Contender {
  private final Model model;
  private final int threads;
  private final NDManager manager;
  private final NDList inputs = new NDList();
  private NDList results = new NDList(); // of the last run

  /** A layer or network written with DJL's operators; its weights belong to a manager. */
  interface Model {
    /** Computes the outputs. */
    NDList forward(NDList inputs);
  }

  /** Makes a model whose weights belong to the given manager. */
  interface Maker {
    Model make(NDManager manager);
  }

  PyTorchContender(Maker maker, List<NamedTensor> data, int threads) {
    this.threads = threads;
    this.manager = NDManager.newBaseManager(null, "PyTorch");
    this.model = maker.make(manager);
    for (NamedTensor input : data) {
      inputs.add(manager.create(input.values(), new Shape(input.dims())));
    }
  }

  @Override
  public String library() {
    return "PyTorch";
  }

  @Override
  public String version() {
    return Engine.getEngine("PyTorch").getVersion() + ", DJL " + Engine.getDjlVersion();
  }

  @Override
  public void run() {
    results.close();
    if (JniUtils.getNumThreads() != threads) {
      JniUtils.setNumThreads(threads);
    }
    JniUtils.setGradMode(false);
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      results = model.forward(inputs);
      NDScope.unregister(results);
    }
  }

  @Override
  public List<float[]> outputs() {
    return results.stream().map(NDArray::toFloatArray).toList();
  }

  @Override
  public void close() {
    results.close();
    manager.close();
  }
}
