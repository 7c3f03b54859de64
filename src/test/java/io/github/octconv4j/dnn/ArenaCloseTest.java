package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A user closes the arena of a tensor while a primitive works on it. */
class ArenaCloseTest {
  private static final MemoryDesc DESC =
      MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 64, 200, 200);

  private static final String FREED =
      "x of tanh twice: the memory of f32 1x64x200x200 acdb was freed: its arena is closed; keep"
          + " the arena open until the last use has ended, and take a tensor of an open one";

  @Test
  void closingTheArenaDuringARunThrowsOrEndsTheRuns() throws Exception {
    int refused = 0;
    Set<String> ends = new TreeSet<>();
    try (Engine engine = Engine.cpu();
        Run tanh = new Run(engine)) {
      for (int round = 0; round < 12; round++) {
        Arena arena = Arena.ofShared();
        AtomicInteger runs = new AtomicInteger();
        tanh.execution.bind(tanh.x, Tensor.allocate(DESC, arena));
        tanh.execution.bind(tanh.y, Tensor.allocate(DESC, arena));
        Thread runner =
            new Thread(
                () -> {
                  try {
                    while (true) {
                      tanh.execution.run();
                      runs.incrementAndGet();
                    }
                  } catch (IllegalStateException closed) {
                    ends.add(closed.getMessage());
                  }
                });
        runner.start();
        while (runs.get() == 0) {
          Thread.onSpinWait();
        }
        refused += closeAtLast(arena);
        runner.join();
        assertThat(arena.scope().isAlive()).isFalse();
      }
    }
    assertThat(refused).as("attempts to close during a run").isPositive();
    assertThat(ends).containsExactly(FREED); // before a run, or between two steps
  }

  /** Returns how many attempts were refused because a run was under way. */
  private static int closeAtLast(Arena arena) {
    int refused = 0;
    while (true) {
      try {
        arena.close();
        return refused;
      } catch (IllegalStateException busy) {
        refused++;
      }
    }
  }

  @Test
  void anArenaClosedBeforeARunIsRefused() {
    try (Engine engine = Engine.cpu();
        Run tanh = new Run(engine)) {
      Arena arena = Arena.ofShared();
      tanh.execution.bind(tanh.x, Tensor.allocate(DESC, arena));
      tanh.execution.bind(tanh.y, Tensor.allocate(DESC, arena));
      arena.close();
      assertThatThrownBy(tanh.execution::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(FREED);
      assertThatThrownBy(() -> tanh.execution.profile(1)).hasMessage(FREED);
      assertThatThrownBy(() -> tanh.execution.profileSections(1)).hasMessage(FREED);
    }
  }

  @Test
  void tensorsOfEightArenasAreHeldAndANinthIsRefused() {
    MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.AB, 1, 4);
    List<Arena> arenas = new ArrayList<>();
    try (Engine engine = Engine.cpu();
        ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      List<Operand> inputs = new ArrayList<>();
      Operand output = builder.output("y", desc);
      List<MemoryDesc> sources = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        inputs.add(builder.input("x" + i, desc));
        sources.add(desc);
      }
      Map<Arg, Operand> operands = new HashMap<>(Map.of(Arg.DST, output));
      for (int i = 0; i < 8; i++) {
        operands.put(Arg.source(i), inputs.get(i));
      }
      builder.add("sum", builder.describe(new Sum(sources, desc), Attributes.NONE), operands);
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        for (Operand input : inputs) {
          arenas.add(Arena.ofShared());
          Tensor tensor = Tensor.allocate(desc, arenas.getLast());
          tensor.set(new float[] {1, 2, 3, 4});
          execution.bind(input, tensor);
        }
        Tensor y = Tensor.allocate(desc, arenas.getFirst());
        execution.bind(output, y);
        execution.run();
        assertThat(y.floats()).containsExactly(8, 16, 24, 32);

        arenas.add(Arena.ofShared());
        assertThatThrownBy(() -> execution.bind(output, Tensor.allocate(desc, arenas.getLast())))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("at most 8 arenas");
        execution.bind(output, y);
        execution.run();
        assertThat(y.floats()).containsExactly(8, 16, 24, 32);
      }
    } finally {
      arenas.forEach(Arena::close);
    }
  }

  /** Two element-wise functions that take about a millisecond each. */
  private static final class Run implements AutoCloseable {
    private final Program program;
    private final Execution execution;
    private final Operand x;
    private final Operand y;

    Run(Engine engine) {
      try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
        x = builder.input("x", DESC);
        y = builder.output("y", DESC);
        Operand between = builder.temporary("between", DESC);
        PrimitiveDesc tanh =
            builder.describe(
                new Eltwise(Algorithm.ELTWISE_TANH, DESC, DESC, 0, 0), Attributes.NONE);
        builder.add("first", tanh, Map.of(Arg.SRC, x, Arg.DST, between));
        builder.add("second", tanh, Map.of(Arg.SRC, between, Arg.DST, y));
        program = builder.build();
      }
      execution = program.newExecution("tanh twice");
    }

    @Override
    public void close() {
      execution.close();
      program.close();
    }
  }
}
