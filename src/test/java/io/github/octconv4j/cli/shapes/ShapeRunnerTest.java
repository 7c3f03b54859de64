package io.github.octconv4j.cli.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Threads;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeRunnerTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static ShapeRunner runner() {
    return new ShapeRunner(engine, ShapeRunner.MEMORY_BOUND);
  }

  private static ShapeCase only(Driver driver, String... words) throws IOException {
    ShapeReader reader = new ShapeReader(driver, Types.F32);
    for (String word : words) {
      reader.add("test", word);
    }
    assertThat(reader.cases()).hasSize(1);
    return reader.cases().getFirst();
  }

  /**
   * What the project's own files hold, in each type. Types that the processor lacks are skipped.
   */
  @ParameterizedTest
  @CsvSource({
    "CONV, f32, 1",
    "CONV, f32, 2",
    "CONV, bf16, 1",
    "CONV, u8, 1",
    "CONV, s8, 1",
    "POOL, f32, 1",
    "POOL, bf16, 2",
    "RESAMPLING, f32, 1",
    "RESAMPLING, bf16, 2",
  })
  void ownProblemsPass(Driver driver, String type, int threads) throws IOException {
    List<ShapeCase> cases =
        new ShapeReader(driver, Types.named(driver, type))
            .addFile(Path.of("src/test/resources/shapes/" + driver + ".txt"))
            .cases();
    ShapeRunner runner = runner();
    try (Threads.Scope scope = Threads.use(threads)) {
      for (ShapeCase shape : cases) {
        Outcome outcome = runner.run(shape);
        assertThat(outcome.failures()).as("%s", shape).isEmpty();
        if (type.equals("f32")) {
          assertThat(outcome.skipped()).as("%s", shape).isEmpty();
        }
      }
    }
  }

  @Test
  void eachLayoutAndTypeIsTried() throws IOException {
    Outcome outcome = runner().run(only(Driver.CONV, "--dt=f32", "mb1ic5oc6iw7kw3"));
    assertThat(outcome.isPassed()).isTrue();
    assertThat(outcome.trials()).hasSize(3);
    assertThat(outcome.trials().get(0)).startsWith("conv f32 any ");
    assertThat(outcome.trials().get(1)).startsWith("conv f32 nchw ");
    assertThat(outcome.trials().get(2)).startsWith("conv f32 nhwc ");

    assertThat(runner().run(only(Driver.POOL, "mb1ic5iw7kw3")).trials()).hasSize(9);
    assertThat(runner().run(only(Driver.RESAMPLING, "mb1ic5iw7ow3")).trials()).hasSize(6);
  }

  @Test
  void typesMayDiffer() throws IOException {
    for (String types : List.of("bf16:bf16:f32", "u8:s8:s32", "s8:s8:f32")) {
      assertThat(runner().run(only(Driver.CONV, "--dt=" + types, "mb1ic5oc6iw7kw3")).failures())
          .isEmpty();
    }
    assertThat(
            runner()
                .run(only(Driver.RESAMPLING, "--sdt=bf16", "--ddt=f32", "ic5iw7ow3"))
                .failures())
        .isEmpty();
  }

  /** Each combination of alternatives is a case, and whole numbers are equal. */
  @Test
  void scalesAndZeroPoints() throws IOException {
    List<ShapeCase> cases =
        new ShapeReader(Driver.CONV, Types.F32)
            .add("", "--dt=u8:s8:u8,s8:s8:s8")
            .add("", "--attr-scales=src:common:0.5+wei:per_oc+dst:common:2,wei:common:2.25")
            .add("", "--attr-zero-points=,src:common:3+dst:common:-7")
            .add("", "mb1ic5oc6iw7kw3")
            .add("", "g8mb1ic16ih5oc16kh3ph1")
            .cases();
    assertThat(cases).hasSize(16);
    assertThat(cases.get(1))
        .asString()
        .contains(
            "scales src:0.5 scales wei:per_oc scales dst:2.0 zero points src:3.0 zero points");
    for (ShapeCase shape : cases) {
      assertThat(runner().run(shape).failures()).as("%s", shape).isEmpty();
    }
  }

  /** A mean of nothing is not defined: only the other algorithms are run. */
  @Test
  void windowsOfPaddingHaveNoMeanWithoutIt() throws IOException {
    assertThat(runner().run(only(Driver.POOL, "mb1ic16_ih5oh7kh2ph2")).trials()).hasSize(6);

    Outcome none = runner().run(only(Driver.POOL, "--alg=avg_np", "mb1ic16_ih5oh7kh2ph2"));
    assertThat(none.isSkipped()).isTrue();
    assertThat(none.skipped()).contains("avg_np is not defined");
  }

  @ParameterizedTest
  @CsvSource({
    "CONV, mb2ic5oc6ih7kh3, 1",
    "POOL, mb2ic5ih7kh3, 1",
    "RESAMPLING, mb2ic5ih7oh3, 1",
    "POOL, mb2ic5ih7kh3, 1e-4",
    "RESAMPLING, mb2ic5ih7oh3, 1e-4",
  })
  void aWrongElementFailsEachTrial(Driver driver, String problem, double error) throws IOException {
    ShapeRunner runner = runner();
    for (Experiment experiment : only(driver, problem).experiments()) {
      long last = product(experiment.output()) - 1;
      Outcome outcome = runner.run(new Broken(experiment, last, (float) error));

      assertThat(outcome.isFailed()).isTrue();
      assertThat(outcome.failures()).hasSize(3).allMatch(f -> f.contains("1 of "));
      assertThat(outcome.failures().getFirst())
          .startsWith(experiment.what() + " f32 any ")
          .contains("at (1, ")
          .contains("expected ")
          .contains("found ");
    }
  }

  @Test
  void refusalsOfOneDnnAreFailures() throws IOException {
    Experiment wrong =
        new Broken(only(Driver.CONV, "mb2ic5oc6ih7kh3").experiments().getFirst(), 0, 0) {
          @Override
          public Operation operation(Layout layout, DataType outputType) {
            throw new IllegalArgumentException("weights are wrong");
          }
        };

    assertThat(runner().run(wrong).failures())
        .containsExactly("conv was refused: weights are wrong");
  }

  @Test
  void problemsBeyondTheMemoryBoundAreSkipped() throws IOException {
    ShapeCase small = only(Driver.CONV, "mb1ic16oc16iw1000kw1");
    // Two tensors of 64 KB, one more for the result; NHWC needs copies.
    assertThat(new ShapeRunner(engine, 150_000).run(small).skipped())
        .startsWith("it needs 0.0 GiB of memory, the bound is");
    assertThat(new ShapeRunner(engine, 250_000).run(small).isSkipped()).isTrue();
    assertThat(new ShapeRunner(engine, 1_000_000).run(small).isPassed()).isTrue();

    assertThat(runner().run(only(Driver.CONV, "mb1ic1oc1iw4294967311kw3")).skipped())
        .contains("it needs 48.0 GiB of memory, the bound is 4.0 GiB");
    assertThat(runner().run(only(Driver.POOL, "mb1ic1iw4294967311kw7sw5")).isSkipped()).isTrue();
    assertThat(
            runner()
                .run(only(Driver.CONV, "mb1000000ic1000000oc1000000ih1000000kh1000000ph500000"))
                .isSkipped())
        .isTrue();
  }

  @Test
  void typesThatOneDnnLacksAreSkipped() throws IOException {
    // Mixed types that no processor has.
    Outcome outcome = runner().run(only(Driver.CONV, "--dt=f16:bf16:f32", "mb1ic5oc6iw7kw3"));

    assertThat(outcome.isSkipped()).isTrue();
    assertThat(outcome.skipped()).isEqualTo("oneDNN has no conv in f16:bf16:f32 on this processor");
  }

  private static long product(long[] dims) {
    long product = 1;
    for (long dim : dims) {
      product *= dim;
    }
    return product;
  }

  /** An experiment whose loop computes one element wrongly, or not as oneDNN. */
  private static class Broken implements Experiment {
    private final Experiment right;
    private final long element;
    private final float error;

    Broken(Experiment right, long element, float error) {
      this.right = right;
      this.element = element;
      this.error = error;
    }

    @Override
    public void compute(Map<Arg, Tensor> inputs, Tensor result) {
      right.compute(inputs, result);
      float value = result.segment().getAtIndex(ValueLayout.JAVA_FLOAT, element);
      result
          .segment()
          .setAtIndex(
              ValueLayout.JAVA_FLOAT, element, value + error * Math.max(1, Math.abs(value)));
    }

    @Override
    public String what() {
      return right.what();
    }

    @Override
    public Map<Arg, long[]> inputs() {
      return right.inputs();
    }

    @Override
    public long[] output() {
      return right.output();
    }

    @Override
    public List<DataType> outputTypes() {
      return right.outputTypes();
    }

    @Override
    public Tolerance tolerance(DataType outputType) {
      return right.tolerance(outputType);
    }

    @Override
    public Operation operation(Layout layout, DataType outputType) {
      return right.operation(layout, outputType);
    }

    @Override
    public void fill(Arg arg, Tensor tensor) {
      right.fill(arg, tensor);
    }

    @Override
    public long bytesOfLoop() {
      return right.bytesOfLoop();
    }
  }
}
