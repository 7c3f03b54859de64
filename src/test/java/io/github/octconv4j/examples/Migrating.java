package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;

/** Our side of the code in docs/migrating.md. The tests run each. */
final class Migrating {
  private Migrating() {}

  static OctaveTensor fromPyTorch(Path file, OctaveTensor x) throws IOException {
    // @start region="pytorch"
    OctaveConv2d spec =
        OctaveConv2d.of(64, 128)
            .kernel(3)
            .padding(1)
            .alpha(0.5)
            .strideRule(StrideRule.KEEP_LOW) // as d-li14/octconv.pytorch trains
            .build();
    try (SafetensorsFile weights = SafetensorsFile.open(file);
        Engine engine = Engine.cpu();
        OctaveLayer conv =
            spec.on(
                engine,
                OctaveWeights.of(spec)
                    .kernel(OctavePath.HH, weights.tensor("conv_h2h.weight").toFloats())
                    .kernel(OctavePath.HL, weights.tensor("conv_h2l.weight").toFloats())
                    .kernel(OctavePath.LH, weights.tensor("conv_l2h.weight").toFloats())
                    .kernel(OctavePath.LL, weights.tensor("conv_l2l.weight").toFloats())
                    .build())) {
      return conv.apply(x); // y.high(), y.low()
    }
    // @end
  }

  static float[] fromOnnxRuntime(String file, float[] image) throws IOException {
    // @start region="onnxruntime"
    try (Network network = Network.load(Path.of(file))) {
      float[] scores = network.run(image); // (n, 3, 224, 224), row by row; any thread may call
      return scores;
    }
    // @end
  }

  static float[] fromJavaCpp(float[] image, float[] kernel) {
    // @start region="javacpp"
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 3, 8, 8);
    MemoryDesc weights = MemoryDesc.of(DataType.F32, FormatTag.ANY, 4, 3, 3, 3);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 4, 8, 8);
    Convolution convolution = new Convolution(src, weights, dst, Window.of(3, 3).padding(1, 1));
    try (Engine engine = Engine.cpu();
        ProgramBuilder builder = new ProgramBuilder(engine, 1);
        Arena arena = Arena.ofConfined()) {
      PrimitiveDesc desc = builder.describe(convolution, Attributes.of(PostOps.NONE.relu()));
      Operand x = builder.input("x", src);
      Operand w =
          builder.constant("w", desc.desc(Arg.WEIGHTS), Tensor.of(arena, kernel, 4, 3, 3, 3));
      Operand y = builder.output("y", dst);
      builder.add("convolution", desc, Map.of(Arg.SRC, x, Arg.WEIGHTS, w, Arg.DST, y));
      try (Program program = builder.build(); // any number of threads, an execution for each
          Execution execution = program.newExecution()) {
        Tensor result = Tensor.allocate(dst, arena);
        execution.bind(x, Tensor.of(arena, image, 1, 3, 8, 8));
        execution.bind(y, result);
        execution.run(); // what does not fit is an exception, not a crash
        return result.floats();
      }
    }
    // @end
  }
}
