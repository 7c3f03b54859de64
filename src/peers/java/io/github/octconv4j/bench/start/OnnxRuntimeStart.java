package io.github.octconv4j.bench.start;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The first result of ONNX Runtime: arguments are an ONNX file of one input, that of the input's
 * values, one for the first output's, and the input's dimensions.
 */
final class OnnxRuntimeStart {
  private OnnxRuntimeStart() {}

  public static void main(String[] args) throws IOException, OrtException {
    FirstResult clock = new FirstResult();
    float[] values = FirstResult.floats(Path.of(args[1]));
    long[] dims = new long[args.length - 3];
    Arrays.setAll(dims, i -> Long.parseLong(args[i + 3]));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(args[0], options);
          OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), dims);
          OrtSession.Result result =
              session.run(Map.of(session.getInputNames().iterator().next(), input))) {
        FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] copy = new float[output.remaining()];
        output.get(copy);
        clock.print(Path.of(args[2]), copy);
      }
    }
  }
}
