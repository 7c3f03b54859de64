package io.github.octconv4j.cli.bench;

import io.github.octconv4j.cli.CalibratedNetworks;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkGraph;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Runner;
import io.github.octconv4j.trial.RandomData;
import java.util.Map;

/** A network with random weights and a predictor, ready to run. For one thread. */
public final class NetContender implements Runner, AutoCloseable {
  private static final long SEED = 1904_05049;

  private final Model model;
  private final NetworkGraph layers;
  private final int batch;
  private final Network network;
  private final Predictor predictor;
  private final double buildSeconds;

  /**
   * Builds and plans the network.
   *
   * @param int8 whether it is of whole numbers
   */
  public NetContender(Model model, int batch, PlanOptions options, boolean int8) {
    long start = System.nanoTime();
    this.model = model;
    this.batch = batch;
    Network floats = Network.of(model, Parameters.random(SEED));
    this.layers = floats.graph();
    this.network = int8 ? inBytes(floats) : floats;
    try {
      this.predictor = network.predictor(batch, options);
    } catch (RuntimeException | Error e) {
      network.close();
      throw e;
    }
    this.buildSeconds = (System.nanoTime() - start) / 1e9;
    new RandomData().fill(predictor.input());
  }

  private static Network inBytes(Network floats) {
    try (floats) {
      NetworkInfo info = floats.info();
      String image = floats.inputs().getFirst().name();
      long[] sizes = {1, info.channels(), info.height(), info.width()};
      return CalibratedNetworks.onNormalValues(floats, Map.of(image, sizes));
    }
  }

  @Override
  public void run() {
    predictor.run();
  }

  /** Returns the predictor; it is closed with this. */
  public Predictor predictor() {
    return predictor;
  }

  /** Returns what is run. */
  public Model model() {
    return model;
  }

  /** Returns the multiply-adds of one run that the architecture asks for. */
  public long multiplyAdds() {
    return batch * layers.multiplyAdds();
  }

  /** Returns the number of values that training changes. */
  public long parameters() {
    return layers.parameterCount();
  }

  /** Returns how many steps have only a slow reference implementation. */
  public int references() {
    return (int) predictor.steps().stream().filter(StepInfo::reference).count();
  }

  /** Returns the time of construction and planning, in seconds. */
  public double buildSeconds() {
    return buildSeconds;
  }

  /** Returns the bytes of the weights in the layouts of the plan. */
  public long weightBytes() {
    return network.weightBytes();
  }

  @Override
  public void close() {
    predictor.close();
    network.close();
  }
}
