package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an execution refuses, and how it is closed. */
class ExecutionTest {
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 32, 32, 32);

  private final Arena arena = Arena.ofShared();
  private Engine engine;
  private Program program;
  private Operand x;
  private Operand y;
  private Operand temporary;

  @BeforeEach
  void open() {
    engine = Engine.cpu();
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      x = builder.input("x", DESC);
      y = builder.output("y", DESC);
      temporary = builder.temporary("t", DESC);
      Operand from = x;
      for (int i = 0; i < 5; i++) {
        Operand to = i == 4 ? y : i % 2 == 0 ? temporary : builder.temporary("u" + i, DESC);
        builder.add(
            "add",
            builder.describe(
                new Eltwise(Algorithm.ELTWISE_LINEAR, DESC, DESC, 1, 1), Attributes.NONE),
            Map.of(Arg.SRC, from, Arg.DST, to));
        from = to;
      }
      program = builder.build();
    }
  }

  @AfterEach
  void close() {
    arena.close();
    program.close();
    engine.close();
    assertThat(Users.of(program)).isZero();
    assertThat(Users.of(engine)).isZero();
  }

  private Tensor tensor(float value) {
    Tensor tensor = Tensor.allocate(DESC, arena);
    float[] values = new float[(int) DESC.elements()];
    Arrays.fill(values, value);
    tensor.set(values);
    return tensor;
  }

  @Test
  void everyEndMustBeBound() {
    try (Execution execution = program.newExecution()) {
      assertThatThrownBy(execution::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("x was not set; call bind first");
      execution.bind(x, tensor(1));
      assertThatThrownBy(execution::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("y was not set; call bind first");
      Tensor out = tensor(0);
      execution.bind(y, out);
      execution.run();
      assertThat(out.floats()).containsOnly(6f);
    }
  }

  @Test
  void itsOwnTensorsAreFreedWithIt() {
    Tensor in;
    try (Execution execution = program.newExecution()) {
      in = execution.allocate(x);
      Tensor out = execution.allocate(y);
      execution.run();
      assertThat(out.floats()).containsOnly(5f);
      assertThatThrownBy(() -> execution.allocate(temporary))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("is neither an input nor an output");
    }
    assertThat(in.segment().scope().isAlive()).isFalse();
  }

  @Test
  void itsOwnTensorsAreFreedWhenItIsForgotten() throws InterruptedException {
    MemorySegment.Scope scope = forget();
    for (int i = 0; i < 100 && scope.isAlive(); i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(scope.isAlive()).isFalse();
  }

  private MemorySegment.Scope forget() {
    return program.newExecution().allocate(x).segment().scope();
  }

  @Test
  void tensorsMustHaveTheBuffersDescriptor() {
    MemoryDesc nchw = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 32, 32, 32);
    Tensor wrong = Tensor.allocate(nchw, arena);
    try (Execution execution = program.newExecution()) {
      assertThatThrownBy(() -> execution.bind(x, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("x must be f32 1x32x32x32 acdb, was f32 1x32x32x32 abcd");
    }
  }

  @Test
  void onlyEndsOfThisProgramCanBeBound() {
    try (Execution execution = program.newExecution();
        ProgramBuilder other = new ProgramBuilder(engine, 1)) {
      Tensor tensor = tensor(1);
      assertThatThrownBy(() -> execution.bind(temporary, tensor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("t f32 1x32x32x32 acdb is neither an input nor an output");
      Operand foreign = other.input("elsewhere", DESC);
      assertThatThrownBy(() -> execution.bind(foreign, tensor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("elsewhere f32 1x32x32x32 acdb belongs to another program");
    }
  }

  @Test
  void outputsMustBeWritable() {
    Tensor in = tensor(1);
    Tensor out = tensor(0);
    try (Execution execution = program.newExecution()) {
      Tensor readOnly = new Tensor(DESC, out.segment().asReadOnly());
      assertThatThrownBy(() -> execution.bind(y, readOnly))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("y is written, but its segment is read-only");
      execution.bind(x, new Tensor(DESC, in.segment().asReadOnly()));
      execution.bind(y, out);
      execution.run();
      assertThat(out.floats()).containsOnly(6f);
    }
  }

  @Test
  void freedMemoryIsRefusedAndMayBeReplaced() {
    try (Execution execution = program.newExecution()) {
      execution.bind(y, tensor(0));
      Tensor freed;
      try (Arena shortLived = Arena.ofConfined()) {
        freed = Tensor.allocate(DESC, shortLived);
        execution.bind(x, freed);
        execution.run();
      }
      assertThatThrownBy(execution::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "x of program: the memory of f32 1x32x32x32 acdb was freed: its arena is closed; keep"
                  + " the arena open until the last use has ended, and take a tensor of an open one");
      assertThatThrownBy(
              () -> {
                execution.bind(x, freed);
                execution.run();
              })
          .isInstanceOf(IllegalStateException.class);
      Tensor out = tensor(0);
      execution.bind(x, tensor(2));
      execution.bind(y, out);
      execution.run();
      assertThat(out.floats()).containsOnly(7f);
    }
  }

  /** A bind that failed must not make a later one of the same memory believe it was done. */
  @Test
  void memoryOfAnotherThreadIsRefusedAndCanBeBoundThereLater() throws Exception {
    try (ExecutorService owner = Executors.newSingleThreadExecutor();
        Execution execution = program.newExecution()) {
      Tensor out = tensor(0);
      execution.bind(y, out);
      Tensor[] confined = new Tensor[1];
      Arena[] its = new Arena[1];
      owner
          .submit(
              () -> {
                its[0] = Arena.ofConfined();
                confined[0] = Tensor.allocate(DESC, its[0]);
                float[] threes = new float[(int) DESC.elements()];
                Arrays.fill(threes, 3);
                confined[0].set(threes);
              })
          .get(5, TimeUnit.MINUTES);
      assertThatThrownBy(
              () -> {
                execution.bind(x, confined[0]);
                execution.run();
              })
          .isInstanceOfAny(IllegalStateException.class, WrongThreadException.class);
      owner
          .submit(
              () -> {
                execution.bind(x, confined[0]);
                execution.run();
              })
          .get(5, TimeUnit.MINUTES);
      assertThat(out.floats()).containsOnly(8f);
      assertThatThrownBy(execution::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("belongs to a confined arena of another thread");
      owner.submit(() -> its[0].close()).get(5, TimeUnit.MINUTES);
    }
  }

  @Test
  void closedOnesRefuse() {
    Execution execution = program.newExecution();
    Tensor in = tensor(1);
    execution.bind(x, in);
    execution.bind(y, tensor(0));
    execution.close();
    execution.close();
    assertThatThrownBy(execution::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Execution is closed");
    assertThatThrownBy(() -> execution.bind(x, in))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Execution is closed");
    assertThat(Users.of(execution)).isZero();
  }

  @Test
  void aClosedProgramMakesNoMoreAndKeepsThoseItMade() {
    Execution execution = program.newExecution();
    engine.close();
    assertThatThrownBy(program::newExecution)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Engine is closed");
    program.close();
    assertThatThrownBy(program::newExecution)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Program is closed");
    Tensor out = tensor(0);
    execution.bind(x, tensor(4));
    execution.bind(y, out);
    execution.run();
    assertThat(out.floats()).containsOnly(9f);
    execution.close();
  }

  @Test
  void oneThreadAtATime() throws Exception {
    int threads = 3;
    AtomicInteger done = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    Tensor out = tensor(0);
    try (Execution execution = program.newExecution();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      execution.bind(x, tensor(1));
      execution.bind(y, out);
      CyclicBarrier start = new CyclicBarrier(threads);
      CountDownLatch collision = new CountDownLatch(1);
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        all.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < 20000 && collision.getCount() > 0; i++) {
                    try {
                      execution.run();
                      done.incrementAndGet();
                    } catch (IllegalStateException e) {
                      assertThat(e)
                          .hasMessage(
                              "this execution is in use by another thread; make one for each"
                                  + " thread");
                      refused.incrementAndGet();
                      collision.countDown();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
      execution.run(); // still usable
    }
    assertThat(refused).hasPositiveValue();
    assertThat(out.floats()).containsOnly(6f);
  }

  @Test
  void closeDuringRunsOnAnotherThread() throws Exception {
    Tensor in = tensor(1);
    Tensor out = tensor(0);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 300; round++) {
        Execution execution = program.newExecution();
        execution.bind(x, in);
        execution.bind(y, out);
        CountDownLatch started = new CountDownLatch(1);
        Future<?> runs =
            pool.submit(
                () -> {
                  started.countDown();
                  while (true) {
                    try {
                      execution.run();
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessage("Execution is closed");
                      return null;
                    }
                  }
                });
        started.await();
        for (int spin = 0; spin < round * 50; spin++) {
          Thread.onSpinWait();
        }
        execution.close();
        runs.get(5, TimeUnit.MINUTES);
        assertThat(Users.of(execution)).isZero();
      }
    }
    assertThat(out.floats()).containsOnly(6f);
  }
}
