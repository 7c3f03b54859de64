package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The life of native objects: closed in any order, at any time, on any thread, destroyed once. */
class NativeHandleTest {
  /** A handle that tells when it is destroyed. */
  private static final class Probe extends NativeHandle {
    Probe(String name, List<String> destroyed, NativeHandle... dependencies) {
      super(MemorySegment.NULL, ignored -> destroyed.add(name), dependencies);
    }
  }

  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 8, 4, 4);

  @Test
  void isDestroyedOnceWhenClosed() {
    List<String> destroyed = new ArrayList<>();
    Probe probe = new Probe("a", destroyed);
    assertThat(probe.isClosed()).isFalse();
    assertThat(destroyed).isEmpty();
    probe.close();
    probe.close();
    assertThat(probe.isClosed()).isTrue();
    assertThat(destroyed).containsExactly("a");
    assertThatThrownBy(() -> probe.using(handle -> handle))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Probe is closed");
    assertThatThrownBy(probe::retain).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void outlivesItsOwnerWhileSomethingIsBuiltUponIt() {
    List<String> destroyed = new ArrayList<>();
    Probe engine = new Probe("engine", destroyed);
    Probe stream = new Probe("stream", destroyed, engine);
    Probe memory = new Probe("memory", destroyed, engine, stream);
    engine.close();
    stream.close();
    assertThat(destroyed).isEmpty();
    memory.close();
    assertThat(destroyed).containsExactly("memory", "stream", "engine");
  }

  @Test
  void isNotBuiltUponSomethingClosed() {
    List<String> destroyed = new ArrayList<>();
    Probe good = new Probe("good", destroyed);
    Probe closed = new Probe("closed", destroyed);
    closed.close();
    assertThatThrownBy(() -> new Probe("late", destroyed, good, closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Probe is closed");
    assertThat(destroyed).containsExactly("closed", "late");
    good.close();
    assertThat(destroyed).containsExactly("closed", "late", "good");
  }

  @Test
  void isNotDestroyedDuringAUse() {
    List<String> destroyed = new ArrayList<>();
    Probe probe = new Probe("a", destroyed);
    String result =
        probe.using(
            handle -> {
              probe.close();
              assertThat(destroyed).isEmpty();
              return "done";
            });
    assertThat(result).isEqualTo("done");
    assertThat(destroyed).containsExactly("a");
  }

  @Test
  void aUseThatFailsEndsToo() {
    List<String> destroyed = new ArrayList<>();
    Probe probe = new Probe("a", destroyed);
    assertThatThrownBy(
            () ->
                probe.using(
                    handle -> {
                      throw new IllegalArgumentException("fails");
                    }))
        .hasMessage("fails");
    probe.close();
    assertThat(destroyed).containsExactly("a");
  }

  @Test
  void manyThreadsCloseAndUseAtOnce() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 300; round++) {
        List<String> destroyed = Collections.synchronizedList(new ArrayList<>());
        Probe probe = new Probe("a", destroyed);
        CyclicBarrier start = new CyclicBarrier(4);
        AtomicInteger inside = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          boolean closes = t >= 2;
          all.add(
              pool.submit(
                  () -> {
                    start.await();
                    if (closes) {
                      probe.close();
                      return null;
                    }
                    try {
                      probe.using(
                          handle -> {
                            assertThat(destroyed).isEmpty();
                            return inside.incrementAndGet();
                          });
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessage("Probe is closed");
                    }
                    return null;
                  }));
        }
        for (Future<?> one : all) {
          one.get(5, TimeUnit.MINUTES);
        }
        assertThat(destroyed).containsExactly("a");
      }
    }
  }

  /** The real chain, closed in random orders; none of it crashes and all of it refuses use. */
  @Test
  void realObjectsMayBeClosedInAnyOrder() {
    Random random = new Random(1);
    for (int round = 0; round < 100; round++) {
      try (Arena arena = Arena.ofConfined()) {
        Engine engine = Engine.cpu();
        Stream stream = Stream.of(engine);
        PrimitiveDesc desc =
            PrimitiveDesc.of(
                engine, new Eltwise(Algorithm.ELTWISE_RELU, DESC, DESC, 0, 0), Attributes.NONE);
        Primitive primitive = Primitive.of(desc);
        Tensor x = Tensor.of(arena, Loops.random(random, 128), 1, 8, 4, 4);
        Memory memory = Memory.of(engine, x);
        Arguments arguments = Arguments.of(primitive, Map.of(Arg.SRC, memory, Arg.DST, memory));
        primitive.execute(stream, arguments);
        for (float value : x.floats()) {
          assertThat(value).isGreaterThanOrEqualTo(0);
        }
        List<NativeHandle> all =
            new ArrayList<>(List.of(engine, stream, desc, primitive, memory, arguments));
        Collections.shuffle(all, random);
        int open = random.nextInt(all.size());
        for (NativeHandle handle : all.subList(open, all.size())) {
          handle.close();
        }
        boolean needed = primitive.isClosed() || stream.isClosed() || arguments.isClosed();
        if (needed) {
          assertThatThrownBy(() -> primitive.execute(stream, arguments))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageMatching("(Primitive|Stream|Arguments) is closed");
        } else { // what they were built upon lives on
          primitive.execute(stream, arguments);
        }
        all.forEach(NativeHandle::close);
        all.forEach(NativeHandle::close);
        for (NativeHandle handle : all) {
          assertThat(Users.of(handle)).isZero();
        }
      }
    }
  }

  @Test
  void nothingIsMadeUponAClosedEngine() {
    Engine engine = Engine.cpu();
    engine.close();
    try (Arena arena = Arena.ofConfined()) {
      Tensor x = Tensor.allocate(DESC, arena);
      Eltwise relu = new Eltwise(Algorithm.ELTWISE_RELU, DESC, DESC, 0, 0);
      assertThatThrownBy(() -> Stream.of(engine)).hasMessage("Engine is closed");
      assertThatThrownBy(() -> Memory.of(engine, x)).hasMessage("Engine is closed");
      assertThatThrownBy(() -> PrimitiveDesc.of(engine, relu, Attributes.NONE))
          .hasMessage("Engine is closed");
      assertThatThrownBy(() -> new ProgramBuilder(engine, 1)).hasMessage("Engine is closed");
      assertThatThrownBy(() -> Reorder.copy(engine, x, x)).hasMessage("Engine is closed");
    }
    assertThat(Users.of(engine)).isZero();
  }

  /** Closing everything while another thread runs: its run ends well or is refused, no crash. */
  @Test
  void closeDuringRunsOnAnotherThread() throws Exception {
    MemoryDesc big = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 32, 40, 40);
    Eltwise relu = new Eltwise(Algorithm.ELTWISE_RELU, big, big, 0, 0);
    int finished = 0;
    int refused = 0;
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        Arena arena = Arena.ofShared()) {
      Tensor x = Tensor.allocate(big, arena);
      for (int round = 0; round < 300; round++) {
        Engine engine = Engine.cpu();
        Stream stream = Stream.of(engine);
        PrimitiveDesc desc = PrimitiveDesc.of(engine, relu, Attributes.NONE);
        Primitive primitive = Primitive.of(desc);
        Arguments arguments = Arguments.ofTensors(primitive, Map.of(Arg.SRC, x, Arg.DST, x));
        CountDownLatch started = new CountDownLatch(1);
        Future<Integer> runs =
            pool.submit(
                () -> {
                  started.countDown();
                  int done = 0;
                  while (true) {
                    try {
                      primitive.execute(stream, arguments);
                      done++;
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessageMatching("(Primitive|Stream|Arguments) is closed");
                      return done;
                    }
                  }
                });
        started.await();
        for (int spin = 0; spin < round * 100; spin++) {
          Thread.onSpinWait();
        }
        List<NativeHandle> all = List.of(engine, stream, desc, primitive, arguments);
        all.forEach(NativeHandle::close);
        int done = runs.get(5, TimeUnit.MINUTES);
        finished += done;
        refused++;
        for (NativeHandle handle : all) {
          assertThat(Users.of(handle)).isZero();
        }
      }
    }
    assertThat(finished).isPositive();
    assertThat(refused).isEqualTo(300);
  }

  @Test
  void closingOnAnotherThreadIsAllowed() throws InterruptedException {
    Engine engine = Engine.cpu();
    Thread other = new Thread(engine::close);
    other.start();
    other.join();
    assertThat(engine.isClosed()).isTrue();
    engine.close(); // once more, which is nothing
    assertThat(engine.isClosed()).isTrue();
    assertThat(Users.of(engine)).isZero();
  }
}
