package io.github.octconv4j.bench.peers;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A whole network with random weights and one image, written as a file for each library. What is
 * right is what ONNX Runtime computes, with which this library shares no code.
 */
final class NetworkWorkload implements Workload {
  private static final long SEED = 1904_05049;

  private final Model model;
  private final Path safetensors;
  private final Path onnx;
  private final NamedTensor image;
  private final List<float[]> expected;
  private final List<DataType> types;

  /**
   * Writes the files into a folder that exists.
   *
   * @param types those of this library; what the processor can't compute in is left out
   */
  NetworkWorkload(Model model, Path folder, List<DataType> types) throws IOException {
    this.model = model;
    this.types = types;
    Parameters parameters = Parameters.random(SEED);
    this.safetensors = folder.resolve("network-" + model.alpha() + ".safetensors");
    this.onnx = folder.resolve("network-" + model.alpha() + ".onnx");
    Files.write(safetensors, NetworkFile.of(model, parameters));
    int size = model.imageSize();
    save(Network.of(model, parameters), new long[] {1, 3, size, size}, onnx);
    Random random = new Random(SEED);
    float[] values = new float[3 * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    this.image = new NamedTensor("input", values, 1, 3, size, size);
    try (Contender first = onnxRuntime(1)) {
      first.run();
      this.expected = first.outputs();
    }
  }

  /** Writes a network for images of a size, batch norms folded, which nobody else does as far. */
  private static void save(Network network, long[] image, Path onnx) throws IOException {
    try (network) {
      network.save(onnx);
    }
    byte[] folded;
    try (OnnxModel saved = OnnxModel.open(onnx)) {
      Graph graph = saved.graph();
      Graph bound = graph.bind(Map.of(graph.inputs().getFirst().name(), image));
      folded = OnnxWriter.toBytes(Passes.simplify(bound));
    }
    Files.write(onnx, folded);
  }

  @Override
  public String name() {
    return model.architecture();
  }

  @Override
  public double alpha() {
    return model.alpha();
  }

  @Override
  public List<float[]> expected() {
    return expected;
  }

  @Override
  public List<Contender> contenders(int threads) {
    return build(starts(threads, Tuning.MEASURED));
  }

  /** What builds the libraries' models from files, up to the point where they can run. */
  List<Supplier<Contender>> starts(int threads, Tuning tuning) {
    List<Supplier<Contender>> starts = new ArrayList<>();
    for (DataType type : types) {
      if (type != DataType.BF16 || Bf16Column.isPossible()) {
        starts.add(() -> ours(threads, tuning, type));
      }
    }
    starts.add(() -> onnxRuntime(threads));
    return starts;
  }

  private static List<Contender> build(List<Supplier<Contender>> starts) {
    List<Contender> contenders = new ArrayList<>();
    try {
      starts.forEach(start -> contenders.add(start.get()));
      return contenders;
    } catch (RuntimeException | Error e) {
      contenders.reversed().forEach(Contender::close);
      throw e;
    }
  }

  private Contender ours(int threads, Tuning tuning, DataType type) {
    PlanOptions options =
        PlanOptions.DEFAULT
            .threads(threads)
            .type(type)
            .tuning(tuning)
            .choices(PlanChoices.inMemory());
    return new NetworkContender(safetensors, image.values(), options);
  }

  private Contender onnxRuntime(int threads) {
    return new OnnxRuntimeContender(onnx, List.of(image), threads);
  }
}
