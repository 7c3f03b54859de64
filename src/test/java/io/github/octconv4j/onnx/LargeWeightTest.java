package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.Protos.message;
import static io.github.octconv4j.onnx.Protos.model;
import static io.github.octconv4j.onnx.Protos.node;
import static io.github.octconv4j.onnx.Protos.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.safety.Soak;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights go from their file into native memory: neither Java's heap nor its limits bound them. */
class LargeWeightTest {
  private static final int[] TWO_AND_FIVE = {0x40000000, 0x40a00000};

  @Test
  void aWeightThatIsLargerThanHeapAndDirectMemory(@TempDir Path folder) throws IOException {
    int n = Soak.IS_ON ? 28_000 : 4_000; // 3.1 GB, more than an array holds, or 64 MB
    Path file = folder.resolve("m.onnx");
    Files.write(file, matrix(n));
    try (RandomAccessFile weights = new RandomAccessFile(folder.resolve("w.bin").toFile(), "rw")) {
      weights.writeInt(Integer.reverseBytes(TWO_AND_FIVE[0])); // the rest are zeros without blocks
      weights.seek(4L * n * n - 4);
      weights.writeInt(Integer.reverseBytes(TWO_AND_FIVE[1]));
    }
    ChildJvm.Result result =
        ChildJvm.of(LargeWeight.class)
            .library(JsonFactory.class)
            .option("-Xmx24m")
            .option("-XX:MaxDirectMemorySize=1m")
            .run(file.toString(), Integer.toString(n));
    assertThat(result.output()).contains("first 6.0 last 25.0");
    assertThat(result.exit()).isZero();
  }

  private static byte[] matrix(int n) {
    MessageWriter weight = message().integer(1, n).integer(1, n).integer(2, 1).text(8, "w");
    weight.integer(14, 1).message(13, message().text(1, "location").text(2, "w.bin"));
    return model(
            message()
                .text(2, "g")
                .message(1, node("MatMul", "x w", "y"))
                .message(5, weight)
                .message(11, value("x", 1, 1, n))
                .message(12, value("y", 1, 1, n)),
            17)
        .toBytes();
  }
}
