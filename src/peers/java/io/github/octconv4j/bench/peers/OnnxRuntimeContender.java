package io.github.octconv4j.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * ONNX Runtime with every graph optimisation, its own thread pool, and inputs and outputs in direct
 * buffers that it reads and writes in place.
 */
final class OnnxRuntimeContender implements Contender {
  static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

  private final OrtEnvironment environment = environment();
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
  private final List<FloatBuffer> results = new ArrayList<>();

  /**
   * Loads a model.
   *
   * @param model an ONNX file
   * @param data all inputs
   * @param threads inside operators; operators run one after the other
   */
  OnnxRuntimeContender(byte[] model, List<NamedTensor> data, int threads) {
    this(
        (environment, options) -> environment.createSession(model, options),
        data,
        Map.of(),
        threads);
  }

  /** Loads the model of a file. */
  OnnxRuntimeContender(Path model, List<NamedTensor> data, int threads) {
    this(
        (environment, options) -> environment.createSession(model.toString(), options),
        data,
        Map.of(),
        threads);
  }

  /** Loads the model of a file whose outputs have sizes that it leaves open. */
  OnnxRuntimeContender(
      Path model, List<NamedTensor> data, Map<String, long[]> outputDims, int threads) {
    this(
        (environment, options) -> environment.createSession(model.toString(), options),
        data,
        outputDims,
        threads);
  }

  private interface Loader {
    OrtSession load(OrtEnvironment environment, SessionOptions options) throws OrtException;
  }

  private OnnxRuntimeContender(
      Loader loader, List<NamedTensor> data, Map<String, long[]> outputDims, int threads) {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      session = loader.load(environment, options);
      for (NamedTensor input : data) {
        FloatBuffer buffer = direct(input.values().length).put(input.values()).rewind();
        inputs.put(input.name(), OnnxTensor.createTensor(environment, buffer, input.dims()));
      }
      for (String name : session.getOutputNames()) {
        long[] said = ((TensorInfo) session.getOutputInfo().get(name).getInfo()).getShape();
        long[] dims = outputDims.getOrDefault(name, said);
        int count = 1;
        for (long dim : dims) {
          count = Math.multiplyExact(count, Math.toIntExact(dim));
        }
        FloatBuffer buffer = direct(count);
        results.add(buffer);
        outputs.put(name, OnnxTensor.createTensor(environment, buffer, dims));
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /** Version 1.29 reports to its maker, and crashes doing so where the command line is long. */
  private static OrtEnvironment environment() {
    if (!"1".equals(System.getenv(NO_TELEMETRY))) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the environment variable %s must be 1 before Java starts; PeersMain sees to it",
              NO_TELEMETRY));
    }
    return OrtEnvironment.getEnvironment();
  }

  private static FloatBuffer direct(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public String library() {
    return "ONNX Runtime";
  }

  @Override
  public String version() {
    return environment.getVersion();
  }

  @Override
  public void run() {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  @Override
  public List<float[]> outputs() {
    List<float[]> all = new ArrayList<>();
    for (FloatBuffer result : results) {
      float[] values = new float[result.capacity()];
      result.get(0, values);
      all.add(values);
    }
    return all;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
      outputs.values().forEach(OnnxTensor::close);
    }
  }
}
