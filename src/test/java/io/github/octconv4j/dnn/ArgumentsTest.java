package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a primitive accepts for a run. */
class ArgumentsTest {
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 1, 8, 4, 4);

  private final Arena arena = Arena.ofShared();
  private Engine engine;
  private Stream stream;
  private PrimitiveDesc desc;
  private Primitive relu;

  @BeforeEach
  void open() {
    engine = Engine.cpu();
    stream = Stream.of(engine);
    desc =
        PrimitiveDesc.of(
            engine, new Eltwise(Algorithm.ELTWISE_RELU, DESC, DESC, 0, 0), Attributes.NONE);
    relu = Primitive.of(desc);
  }

  @AfterEach
  void close() {
    arena.close();
    relu.close();
    desc.close();
    stream.close();
    engine.close();
    assertThat(Users.of(engine)).isZero();
  }

  private Tensor tensor(FormatTag tag) {
    return Tensor.allocate(MemoryDesc.of(DataType.F32, tag, 1, 8, 4, 4), arena);
  }

  @Test
  void aPrimitiveDescriptorTellsWhatItTakes() {
    assertThat(desc.descs()).isEqualTo(Map.of(Arg.SRC, DESC, Arg.DST, DESC));
    assertThat(desc.desc(Arg.DST)).isEqualTo(DESC);
    assertThat(desc.implementation()).isNotBlank();
    assertThat(desc.isReference()).isFalse();
    assertThat(desc.toString())
        .startsWith("Eltwise[algorithm=ELTWISE_RELU, src=f32 1x8x4x4 abcd")
        .endsWith(" by " + desc.implementation());
    assertThatThrownBy(() -> desc.desc(Arg.WEIGHTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eltwise has no argument weights, only [src, dst]");
  }

  @Test
  void missingAndSuperfluousArgumentsAreNamed() {
    Tensor x = tensor(FormatTag.NCHW);
    assertThatThrownBy(() -> Arguments.ofTensors(relu, Map.of(Arg.SRC, x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eltwise takes the arguments [src, dst], given were [src]");
    assertThatThrownBy(() -> Arguments.ofTensors(relu, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eltwise takes the arguments [src, dst], given were []");
    assertThatThrownBy(
            () -> Arguments.ofTensors(relu, Map.of(Arg.SRC, x, Arg.DST, x, Arg.WEIGHTS, x)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("eltwise takes the arguments [src, dst], given were [")
        .hasMessageContaining("weights");
  }

  @Test
  void argumentsOfAnotherDescriptorAreNamed() {
    Map<Arg, Tensor> tensors =
        Map.of(Arg.SRC, tensor(FormatTag.NCHW), Arg.DST, tensor(FormatTag.NHWC));
    assertThatThrownBy(() -> Arguments.ofTensors(relu, tensors))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("argument dst of eltwise must be f32 1x8x4x4 abcd, was f32 1x8x4x4 acdb");
  }

  @Test
  void readOnlyDestinationsAreRefused() {
    Tensor x = tensor(FormatTag.NCHW);
    Tensor readOnly = new Tensor(DESC, x.segment().asReadOnly());
    assertThatThrownBy(() -> Arguments.ofTensors(relu, Map.of(Arg.SRC, x, Arg.DST, readOnly)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("argument dst of eltwise is written, but its segment is read-only");
    x.set(Loops.iota(128));
    Tensor y = tensor(FormatTag.NCHW);
    try (Arguments arguments = Arguments.ofTensors(relu, Map.of(Arg.SRC, readOnly, Arg.DST, y))) {
      relu.execute(stream, arguments);
    }
    assertThat(y.floats()).containsExactly(Loops.iota(128));
  }

  @Test
  void whatBelongsToAnotherEngineIsNamed() {
    Tensor x = tensor(FormatTag.NCHW);
    try (Arguments arguments = Arguments.ofTensors(relu, Map.of(Arg.SRC, x, Arg.DST, x));
        Engine other = Engine.cpu();
        Stream strange = Stream.of(other);
        ProgramBuilder builder = new ProgramBuilder(other, 1)) {
      assertThatThrownBy(() -> relu.execute(strange, arguments))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("stream belongs to another engine than the primitive " + desc);
      Map<Arg, Operand> operands =
          Map.of(Arg.SRC, builder.input("x", DESC), Arg.DST, builder.output("y", DESC));
      assertThatThrownBy(() -> builder.add("relu", desc, operands))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("step relu: desc was made for another engine");
    }
  }

  @Test
  void argumentsBelongToOnePrimitive() {
    Tensor x = tensor(FormatTag.NCHW);
    try (Primitive other = Primitive.of(desc);
        Arguments arguments = Arguments.ofTensors(other, Map.of(Arg.SRC, x, Arg.DST, x))) {
      assertThatThrownBy(() -> relu.execute(stream, arguments))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("arguments were made for another primitive");
    }
  }

  @Test
  void freedMemoryIsRefused() {
    Tensor x = tensor(FormatTag.NCHW);
    Tensor y;
    Arguments arguments;
    try (Arena shortLived = Arena.ofConfined()) {
      y = Tensor.allocate(DESC, shortLived);
      arguments = Arguments.ofTensors(relu, Map.of(Arg.SRC, x, Arg.DST, y));
    }
    try (arguments) {
      assertThatThrownBy(() -> relu.execute(stream, arguments))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "dst of eltwise: the memory of f32 1x8x4x4 abcd was freed: its arena is closed; keep"
                  + " the arena open until the last use has ended, and take a tensor of an open one");
    }
    assertThatThrownBy(() -> Memory.of(engine, y)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void confinedMemoryOfAnotherThreadIsRefused() throws InterruptedException {
    AtomicReference<Arguments> made = new AtomicReference<>();
    CountDownLatch ready = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread owner =
        new Thread(
            () -> {
              try (Arena confined = Arena.ofConfined()) {
                Tensor x = Tensor.allocate(DESC, confined);
                made.set(Arguments.ofTensors(relu, Map.of(Arg.SRC, x, Arg.DST, x)));
                ready.countDown();
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    owner.start();
    ready.await();
    try (Arguments arguments = made.get()) {
      assertThatThrownBy(() -> relu.execute(stream, arguments))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("confined arena of another thread");
    } finally {
      end.countDown();
      owner.join();
    }
  }

  @Test
  void closedPartsAreNamed() {
    Tensor x = tensor(FormatTag.NCHW);
    Memory memory = Memory.of(engine, x);
    memory.close();
    assertThatThrownBy(() -> Arguments.of(relu, Map.of(Arg.SRC, memory, Arg.DST, memory)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Memory is closed");
    PrimitiveDesc other =
        PrimitiveDesc.of(
            engine, new Eltwise(Algorithm.ELTWISE_TANH, DESC, DESC, 0, 0), Attributes.NONE);
    other.close();
    assertThatThrownBy(() -> Primitive.of(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("PrimitiveDesc is closed");
  }
}
