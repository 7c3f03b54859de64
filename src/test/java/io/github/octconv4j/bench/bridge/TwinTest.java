package io.github.octconv4j.bench.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.cli.bench.LayerContender;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Softmax;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** C runs what Java exports, with the same results to the last bit. */
class TwinTest {
  @TempDir private static Path folder;
  private static Path program;

  @BeforeAll
  static void build() throws IOException {
    Assumptions.assumeTrue(
        Twin.missing().isEmpty(), () -> "The C twin was left out: " + Twin.missing().orElseThrow());
    program = Twin.build(folder.resolve("twin"));
  }

  private static Path export(String problem, double alpha, int threads, Tuning tuning)
      throws IOException {
    Path plan = folder.resolve("a.plan");
    export(plan, problem, alpha, threads, tuning);
    return plan;
  }

  /** Writes the plan of a problem to a file. */
  static void export(Path plan, String problem, double alpha, int threads, Tuning tuning)
      throws IOException {
    PlanOptions options = PlanOptions.DEFAULT.threads(threads).tuning(tuning);
    try (Engine engine = Engine.cpu();
        LayerContender contender =
            LayerContender.of(
                engine, new LayerShapes().addProblem(problem).layers().getFirst(), alpha, options);
        OutputStream out = Files.newOutputStream(plan)) {
      contender.export(out);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mb1ic64oc64_ih14oh14kh3ph1, 0, 1, OFF",
    "mb1ic64oc64_ih14oh14kh3ph1, .5, 1, OFF",
    "mb1ic64oc64_ih14oh14kh3ph1, .125, 2, HEURISTIC",
    "mb2ic12oc20_ih7oh7kh3ph1, .25, 1, OFF",
    "mb1ic128oc128_ih28oh28kh3ph1, .5, 1, MEASURED",
    "g32mb1ic32oc32_ih14oh14kh3ph1, .5, 1, OFF",
    "mb1ic16oc32_ih14oh7kh3sh2ph1, .5, 1, OFF",
    "mb1ic64oc256_ih56oh56kh1ph0, .25, 2, MEASURED"
  })
  void resultsAreTheSame(String problem, double alpha, int threads, Tuning tuning)
      throws IOException {
    Path plan = export(problem, alpha, threads, tuning);
    try (Twin twin = Twin.start(program, plan)) {
      assertThat(twin.primitives()).isPositive();
      assertThat(twin.time(3, 2)).hasSize(3).doesNotContain(0);
    }
  }

  /** What is in no layer, but in networks. */
  @Test
  void softmaxAndInnerProductToo() throws IOException {
    Path plan = folder.resolve("b.plan");
    exportSoftmax(plan);
    try (Twin twin = Twin.start(program, plan)) {
      assertThat(twin.primitives()).isEqualTo(2);
    }
  }

  /** Writes a program of two primitives, with 14 floats as results, to a file. */
  static void exportSoftmax(Path plan) throws IOException {
    MemoryDesc in = MemoryDesc.of(DataType.F32, FormatTag.NC, 2, 5);
    MemoryDesc out = MemoryDesc.of(DataType.F32, FormatTag.NC, 2, 7);
    MemoryDesc weights = MemoryDesc.of(DataType.F32, FormatTag.AB, 7, 5);
    try (Engine engine = Engine.cpu();
        Arena arena = Arena.ofConfined();
        ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", in);
      Operand logits = builder.temporary("logits", out);
      Operand y = builder.output("y", out);
      float[] values = new float[35];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % 6 - 2;
      }
      Operand w = builder.constant("w", weights, Tensor.of(arena, values, 7, 5));
      builder.add(
          "fc",
          builder.describe(new InnerProduct(in, weights, null, out), Attributes.NONE),
          Map.of(Arg.SRC, x, Arg.WEIGHTS, w, Arg.DST, logits));
      builder.add(
          "softmax",
          builder.describe(new Softmax(out, out, 1), Attributes.NONE),
          Map.of(Arg.SRC, logits, Arg.DST, y));
      try (Program exported = builder.build();
          Execution execution = exported.newExecution();
          OutputStream stream = Files.newOutputStream(plan)) {
        execution.allocate(x).set(new float[] {1, 2, -1, 0, 3, 0, 1, 1, -2, 0.5f});
        Tensor result = execution.allocate(y);
        execution.export(stream);
        double sum = 0;
        for (int i = 0; i < 7; i++) {
          sum += result.floats()[i];
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
      }
    }
  }

  @Test
  void otherResultsAreFound() throws IOException {
    Path plan = export("mb1ic64oc64_ih14oh14kh3ph1", 0.5, 1, Tuning.OFF);
    changeOneByte(plan);
    assertThatThrownBy(() -> Twin.start(program, plan).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1 of " + 4 * (32 * 14 * 14 + 32 * 7 * 7) + " bytes");
  }

  /** Changes the results in the plan of 64 channels of 14 x 14 pixels, half of them low. */
  static void changeOneByte(Path plan) throws IOException {
    byte[] bytes = Files.readAllBytes(plan);
    // In the order of the buffers, data begin with both inputs; the third are the high results.
    int inputs = 4 * (32 * 14 * 14 + 32 * 7 * 7);
    int head = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("\ndata\n");
    int data = (head + "\ndata\n".length() + 63) / 64 * 64;
    bytes[data + inputs + 100] ^= 1;
    Files.write(plan, bytes);
  }

  @Test
  void brokenFilesAreRefused() throws IOException {
    Path plan = export("mb1ic64oc64_ih14oh14kh3ph1", 0.5, 1, Tuning.OFF);
    byte[] bytes = Files.readAllBytes(plan);
    Files.write(plan, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> Twin.start(program, plan).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("exit 2");
  }
}
