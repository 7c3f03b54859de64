package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Steps of a program that Java computes. */
class HostStepTest {
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.A, 4);

  private final Arena arena = Arena.ofShared();
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.cpu();
  }

  @AfterEach
  void close() {
    arena.close();
    engine.close();
    assertThat(Users.of(engine)).as("everything was closed").isZero();
  }

  /** Each element and the one before it, that of the first being the last. */
  private static void addNeighbours(List<Tensor> reads, List<Tensor> writes) {
    float[] x = reads.getFirst().floats();
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] + x[(i + x.length - 1) % x.length];
    }
    writes.getFirst().set(y);
  }

  private Tensor tensor(float... values) {
    return Tensor.of(arena, values, values.length);
  }

  /** Reads the caller's memory, and a temporary that a primitive made of it. */
  @Test
  void readsAndWritesTheCallersMemoryAndTemporaries() {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      Operand z = builder.output("z", DESC);
      Operand twice = builder.temporary("twice", DESC);
      builder.add(
          "double",
          builder.describe(
              new Eltwise(Algorithm.ELTWISE_LINEAR, DESC, DESC, 2, 0), Attributes.NONE),
          Map.of(Arg.SRC, x, Arg.DST, twice));
      builder.addHost("sums", "Neighbours", HostStepTest::addNeighbours, List.of(x), List.of(y));
      builder.addHost(
          "more", "Neighbours", HostStepTest::addNeighbours, List.of(twice), List.of(z));
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        for (float more : new float[] {0, 10}) { // other memory in the second run
          Tensor first = tensor(1 + more, 2 + more, 3 + more, 4 + more);
          Tensor sums = Tensor.allocate(DESC, arena);
          Tensor doubled = Tensor.allocate(DESC, arena);
          execution.bind(x, first);
          execution.bind(y, sums);
          execution.bind(z, doubled);
          execution.run();
          float twoMore = 2 * more;
          assertThat(sums.floats())
              .containsExactly(5 + twoMore, 3 + twoMore, 5 + twoMore, 7 + twoMore);
          assertThat(doubled.floats())
              .containsExactly(
                  10 + 2 * twoMore, 6 + 2 * twoMore, 10 + 2 * twoMore, 14 + 2 * twoMore);
        }
        StepInfo info = program.steps().get(1);
        assertThat(info.kind()).isEqualTo("Neighbours");
        assertThat(info.implementation()).isEqualTo("java");
        assertThat(info.reference()).isFalse();
        assertThat(info.operands()).containsOnlyKeys("src", "dst");
        assertThat(info.bytesRead()).isEqualTo(16);
        assertThat(program.references()).isEmpty();
        assertThatThrownBy(() -> execution.export(OutputStream.nullOutputStream()))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "step sums is computed in Java, a program with such a step can't be exported");
      }
    }
  }

  @Test
  void whatItThrowsEndsTheRun() {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand y = builder.output("y", DESC);
      builder.addHost(
          "fails",
          "Failure",
          (reads, writes) -> {
            throw new IllegalArgumentException("no numbers today");
          },
          List.of(),
          List.of(y));
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        execution.allocate(y);
        assertThatThrownBy(execution::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("no numbers today");
      }
    }
  }

  @Test
  void writesApartFromWhatItReads() {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1);
        ProgramBuilder other = new ProgramBuilder(engine, 1)) {
      Operand x = builder.temporary("x", DESC);
      Operand strange = other.input("strange", DESC);
      HostTask task = HostStepTest::addNeighbours;
      assertThatThrownBy(() -> builder.addHost("step", "Kind", task, List.of(x), List.of(x)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("step step: written x f32 4 a")
          .hasMessageContaining("give it memory of its own");
      assertThatThrownBy(() -> builder.addHost("step", "Kind", task, List.of(), List.of(x, x)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> builder.addHost("step", "Kind", task, List.of(strange), List.of(x)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("step step: strange f32 4 a belongs to another program");
    }
  }
}
