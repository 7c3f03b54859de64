package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.NativeHandle;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Closed too early, twice, in the wrong order, by others, or not at all. */
class LifetimeTest {
  private static final OctaveConv2d SPEC =
      OctaveConv2d.of(8, 8).kernel(3).padding(1).alpha(0.5).build();
  private static final OctaveWeights WEIGHTS =
      OctaveWeights.split(SPEC, new float[8 * 8 * 9], null);
  private static final PlanOptions OFF = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  private static OctaveTensor tensor(Arena arena) {
    return OctaveTensor.of(
        Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 4, 8, 8), arena),
        Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 4, 4, 4), arena));
  }

  @Test
  void whatIsForgottenIsFreedAndLoggedOnce() {
    ChildJvm.Result result = ChildJvm.of(Forgetful.class).run();
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(result.output())
        .containsOnlyOnce("Engine was not closed")
        .containsOnlyOnce("Stream was not closed")
        .contains("WARNING", "-D" + NativeHandle.ORIGINS_PROPERTY + "=true says where")
        .doesNotContain("Forgetful.forget");
  }

  @Test
  void theOriginIsLoggedOnRequest() {
    ChildJvm.Result result =
        ChildJvm.of(Forgetful.class).option("-D" + NativeHandle.ORIGINS_PROPERTY + "=true").run();
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(
            Pattern.compile("Forgetful.forget\\(Forgetful.java:\\d+\\)")
                .matcher(result.output())
                .results())
        .hasSize(2);
  }

  @Test
  void everythingMayBeClosedInAnyOrder() {
    Engine engine = Engine.cpu();
    OctaveLayer layer = SPEC.on(engine, WEIGHTS, OFF);
    try (Arena arena = Arena.ofConfined()) {
      OctaveTensor x = tensor(arena);
      OctaveTensor y = tensor(arena);
      OctavePlan plan = layer.plan(OctaveDesc.of(x), OutputFormat.NHWC);
      OctaveExecution execution = plan.newExecution();
      engine.close();
      execution.run(x, y);
      layer.close();
      execution.run(x, y);
      plan.close();
      execution.run(x, y); // the execution keeps all of them
      execution.close();
      assertThatThrownBy(() -> execution.run(x, y))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Execution is closed");
      assertThatThrownBy(plan::newExecution).hasMessage("Program is closed");
      assertThatThrownBy(() -> layer.apply(x)).hasMessage("OctaveLayer is closed");
      execution.close(); // once more, which is nothing
      plan.close();
      layer.close();
      engine.close();
      assertThat(engine.isClosed()).isTrue();
      assertThatThrownBy(() -> execution.run(x, y)).hasMessage("Execution is closed");
    }
  }

  @Test
  void anArenaThatIsClosedIsNamed() {
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = SPEC.on(engine, WEIGHTS, OFF)) {
      Arena closed = Arena.ofConfined();
      OctaveTensor x = tensor(closed);
      closed.close();
      assertThatThrownBy(() -> layer.apply(x))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the memory of f32 1x4x8x8 acdb was freed");
      OctaveTensor good = tensor(Arena.ofAuto());
      assertThatThrownBy(() -> layer.apply(good, OutputFormat.NHWC, closed))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("arena is closed");
      layer.apply(good);
    }
  }

  @Test
  void anIdleExecutionDoesNotKeepTheLastTensorsAlive() throws InterruptedException {
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = SPEC.on(engine, WEIGHTS, OFF)) {
      WeakReference<Object> last = new WeakReference<>(run(layer));
      for (int i = 0; i < 50 && last.get() != null; i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertThat(last.get()).isNull();
      layer.apply(tensor(Arena.ofAuto())); // and it runs again
    }
  }

  private static Object run(OctaveLayer layer) {
    OctaveTensor x = tensor(Arena.ofAuto());
    layer.apply(x);
    return x.high().segment().scope();
  }

  /** Any outcome but a crash, a hang or a wrong exception; repeated. */
  @Test
  void closeAgainstExecute() throws InterruptedException {
    AtomicLong runs = new AtomicLong();
    AtomicLong refused = new AtomicLong();
    long atLeast = 0;
    int rounds = Soak.draws("close", 300, 5_000);
    for (int round = 0; round < rounds; round++) {
      Engine engine = Engine.cpu();
      OctaveLayer layer = SPEC.on(engine, WEIGHTS, OFF);
      AtomicBoolean wrong = new AtomicBoolean();
      long wanted = 1 + round % 40 * 3L; // closed at another moment in each round
      long enough = runs.get() + wanted;
      atLeast += wanted;
      Thread[] threads = new Thread[3];
      for (int t = 0; t < threads.length; t++) {
        threads[t] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (Arena arena = Arena.ofConfined()) {
                        OctaveTensor x = tensor(arena);
                        OctaveTensor y = tensor(arena);
                        for (int i = 0; i < 1_000_000; i++) {
                          layer.apply(x, y);
                          runs.incrementAndGet();
                        }
                      } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                        wrong.compareAndSet(false, !e.getMessage().endsWith(" is closed"));
                      }
                    });
      }
      while (runs.get() < enough && refused.get() == 3L * round) {
        Thread.onSpinWait();
      }
      layer.close();
      engine.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).isFalse();
    }
    System.out.printf(
        Locale.ROOT,
        "close against execute: %d rounds, %d runs, %d refused%n",
        rounds,
        runs.get(),
        refused.get());
    assertThat(refused.get()).isEqualTo(3L * rounds);
    assertThat(runs.get()).isGreaterThanOrEqualTo(atLeast);
  }
}
