package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadsTest {
  @Test
  void aScopeRestoresWhatWasInForce() {
    int before = Threads.current();
    try (Threads.Scope _ = Threads.use(before + 1)) {
      assertThat(Threads.current()).isEqualTo(before + 1);
      try (Threads.Scope _ = Threads.use(before + 2)) {
        assertThat(Threads.current()).isEqualTo(before + 2);
      }
      assertThat(Threads.current()).isEqualTo(before + 1);
    }
    assertThat(Threads.current()).isEqualTo(before);
  }

  @Test
  void aScopeRestoresWhenAnExceptionPasses() {
    int before = Threads.current();
    assertThatThrownBy(
            () -> {
              try (Threads.Scope _ = Threads.use(before + 1)) {
                throw new IllegalStateException("passes");
              }
            })
        .hasMessage("passes");
    assertThat(Threads.current()).isEqualTo(before);
  }

  @Test
  void anotherThreadIsNotAffected() throws InterruptedException {
    AtomicInteger seen = new AtomicInteger();
    Thread plain = new Thread(() -> seen.set(Threads.current()));
    plain.start();
    plain.join();
    int elsewhere = seen.get();
    try (Threads.Scope _ = Threads.use(elsewhere + 3)) {
      Thread other = new Thread(() -> seen.set(Threads.current()));
      other.start();
      other.join();
      assertThat(seen).hasValue(elsewhere);
      assertThat(Threads.current()).isEqualTo(elsewhere + 3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1025, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void refusesWhatIsNoNumberOfThreads(int threads) {
    int before = Threads.current();
    assertThatThrownBy(() -> Threads.use(threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads must be 1 to 1024, was " + threads);
    assertThat(Threads.current()).isEqualTo(before);
  }

  @Test
  void primitivesRememberTheirNumber() {
    int before = Threads.current();
    try (Engine engine = Engine.cpu()) {
      MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.A, 64);
      Eltwise relu = new Eltwise(Algorithm.ELTWISE_RELU, desc, desc, 0, 0);
      PrimitiveDesc made;
      try (Threads.Scope _ = Threads.use(before + 1)) {
        made = PrimitiveDesc.of(engine, relu, Attributes.NONE);
      }
      try (made;
          Primitive primitive = Primitive.of(made)) {
        assertThat(made.threads()).isEqualTo(before + 1);
        assertThat(primitive.desc()).isSameAs(made);
        assertThat(Threads.current()).isEqualTo(before);
      }
    }
  }
}
