package io.github.octconv4j.bench.peers;

import io.github.octconv4j.compile.CompiledGraph;
import io.github.octconv4j.compile.GraphCompiler;
import io.github.octconv4j.compile.GraphExecution;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** This library with the graph of an ONNX file; inputs and outputs are used in place. */
final class GraphContender implements Contender {
  private final Arena arena = Arena.ofShared();
  private final OnnxModel model;
  private final Engine engine = Engine.cpu();
  private final Constants constants = Constants.of(engine);
  private final CompiledGraph compiled;
  private final GraphExecution execution;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();

  /** Reads a file and compiles it for its inputs. */
  GraphContender(OnnxFile file, int threads) {
    try {
      this.model = OnnxModel.open(file.path());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Graph graph = model.graph();
    Map<String, long[]> sizes = new LinkedHashMap<>();
    for (NamedTensor input : file.inputs()) {
      sizes.put(input.name(), input.dims());
      inputs.put(input.name(), Tensor.of(arena, input.values(), input.dims()));
    }
    this.compiled =
        new GraphCompiler(engine, constants, graph)
            .compile(sizes, GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT.threads(threads));
    for (String output : graph.outputs()) {
      TensorType type = compiled.type(output);
      int count = 1;
      for (long size : type.sizes()) {
        count = Math.multiplyExact(count, Math.toIntExact(size));
      }
      outputs.put(output, Tensor.of(arena, new float[count], type.sizes()));
    }
    this.execution = compiled.newExecution(graph.name());
  }

  @Override
  public String library() {
    return OctaveContender.NAME;
  }

  @Override
  public String version() {
    return "oneDNN " + CpuIsa.libraryVersion();
  }

  @Override
  public void run() {
    execution.run(inputs, outputs);
  }

  /** The dimensions of the outputs by name. */
  Map<String, long[]> outputDims() {
    Map<String, long[]> dims = new LinkedHashMap<>();
    outputs.forEach((name, tensor) -> dims.put(name, tensor.desc().dims()));
    return dims;
  }

  @Override
  public List<float[]> outputs() {
    List<float[]> all = new ArrayList<>();
    outputs.values().forEach(tensor -> all.add(tensor.floats()));
    return all;
  }

  @Override
  public void close() {
    execution.close();
    compiled.close();
    constants.close();
    engine.close();
    model.close();
    arena.close();
  }
}
