package io.github.octconv4j.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.nn.Model;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A narrow network agrees with ONNX Runtime. Runs in the profile {@code peers} alone. */
class NetworkAgreementTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "oct_resnet50, 0, 64, 1",
    "oct_resnet50, .5, 64, 2",
    "oct_resnet50, .25, 96, 1",
    "oct_resnext50_32x4d, .25, 64, 1",
    "oct_mobilenet_v1, .5, 64, 1"
  })
  void bothLibraries(String name, double alpha, int size, int threads) throws Exception {
    Model model = Model.of(name).alpha(alpha).width(0.25).classes(10).imageSize(size);
    NetworkWorkload workload =
        new NetworkWorkload(model, folder, List.of(DataType.F32, DataType.BF16));
    List<Contender> contenders = workload.contenders(threads);
    try {
      assertThat(contenders)
          .extracting(Contender::library)
          .containsExactly("octconv4j", "octconv4j", "ONNX Runtime");
      for (Contender contender : contenders) {
        contender.run();
        contender.run();
        assertThat(Agreement.largestError(contender.outputs(), workload.expected()))
            .as(contender.library() + " " + contender.dtype())
            .isLessThan(contender.dtype().equals("bf16") ? 8e-2 : 1e-4);
      }
    } finally {
      contenders.reversed().forEach(Contender::close);
    }
  }
}
