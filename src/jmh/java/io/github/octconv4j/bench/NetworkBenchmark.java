package io.github.octconv4j.bench;

import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One run of a network, the demo or a large one, octave and dense, in the predictor's own memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
public class NetworkBenchmark {
  /** A file in the folder, or an architecture with random weights and, if octave, alpha .5. */
  @Param({"fashion_mnist_octave", "fashion_mnist_dense", "oct_resnet50", "resnet50"})
  public String model;

  /** Where the files are, seen from the project's root. */
  @Param("src/main/resources/io/github/octconv4j/cli/demo/fashion")
  public String folder;

  /** Images in each run. */
  @Param("1")
  public int batch;

  private Network network;
  private Predictor predictor;

  /** Loads and plans the network. */
  @Setup
  public void setUp() throws IOException {
    Path file = Path.of(folder, model + ".safetensors");
    network =
        Files.exists(file) ? Network.load(file) : Network.of(Model.of(model), Parameters.random(1));
    predictor = network.predictor(batch, PlanOptions.DEFAULT.tuning(Tuning.MEASURED));
  }

  /** Frees everything. */
  @TearDown
  public void tearDown() {
    predictor.close();
    network.close();
  }

  /** Runs once. */
  @Benchmark
  public Predictor run() {
    predictor.run();
    return predictor;
  }
}
