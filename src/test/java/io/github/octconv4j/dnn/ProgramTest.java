package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Programs: how they are built, what they need, how they run and what they refuse. */
class ProgramTest {
  private static final MemoryDesc DESC = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 2, 16, 8, 8);
  private static final int COUNT = 2048;

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

  /** A program with the operands of its ends. */
  private record Chain(Program program, Operand x, Operand y) implements AutoCloseable {
    @Override
    public void close() {
      program.close();
    }
  }

  private static Eltwise linear(float alpha, float beta) {
    return new Eltwise(Algorithm.ELTWISE_LINEAR, DESC, DESC, alpha, beta);
  }

  /** {@code y = x + 1 + 2 + 3 + ...}, each sum in a buffer of its own. */
  private Chain chain(int length) {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      Operand from = x;
      for (int i = 1; i <= length; i++) {
        Operand to = i == length ? y : builder.temporary("t" + i, DESC);
        builder.add(
            "add" + i,
            builder.describe(linear(1, i), Attributes.NONE),
            Map.of(Arg.SRC, from, Arg.DST, to));
        from = to;
      }
      return new Chain(builder.build(), x, y);
    }
  }

  private Tensor random(int seed) {
    return Tensor.of(arena, Loops.whole(new Random(seed), COUNT), COUNT);
  }

  /** The same memory as an image. */
  private static Tensor image(Tensor flat) {
    return new Tensor(DESC, flat.segment());
  }

  private static float[] plus(float[] values, float more) {
    float[] sums = values.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more;
    }
    return sums;
  }

  @Test
  void runsItsStepsInOrder() {
    try (Chain chain = chain(4);
        Execution execution = chain.program.newExecution()) {
      Tensor x = random(1);
      Tensor y = Tensor.allocate(DESC, arena);
      execution.bind(chain.x, image(x));
      execution.bind(chain.y, y);
      execution.run();
      assertThat(new Tensor(x.desc(), y.segment()).floats()).containsExactly(plus(x.floats(), 10));
      // The next run takes what the memory holds then.
      x.set(Loops.iota(COUNT));
      execution.run();
      assertThat(new Tensor(x.desc(), y.segment()).floats())
          .containsExactly(plus(Loops.iota(COUNT), 10));
    }
  }

  @Test
  void tellsItsSteps() {
    try (Chain chain = chain(2)) {
      List<StepInfo> steps = chain.program.steps();
      assertThat(steps).extracting(StepInfo::name).containsExactly("add1", "add2");
      assertThat(steps).extracting(StepInfo::kind).containsOnly("eltwise");
      assertThat(steps).extracting(StepInfo::reference).containsOnly(false);
      assertThat(steps).extracting(StepInfo::implementation).doesNotContain("");
      assertThat(steps.getFirst().operands())
          .isEqualTo(Map.of("src", "x f32 2x16x8x8 acdb", "dst", "t1 f32 2x16x8x8 acdb"));
      assertThat(chain.program.multiplyAdds()).isZero();
      assertThat(chain.program.threads()).isEqualTo(1);
      assertThat(chain.program.constantBytes()).isZero();
      assertThat(chain.program.toString()).startsWith("Program[StepInfo[name=add1");
    }
  }

  @Test
  void temporariesShareMemoryWhereNoStepNeedsBoth() {
    try (Chain two = chain(2);
        Chain ten = chain(10)) {
      assertThat(two.program.temporaryBytes()).isEqualTo(DESC.bytes());
      assertThat(ten.program.temporaryBytes()).isEqualTo(2 * DESC.bytes());
    }
  }

  @Test
  void temporariesThatLiveOnAreKeptApart() {
    MemoryDesc desc = DESC;
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", desc);
      Operand y = builder.output("y", desc);
      List<Operand> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Operand t = builder.temporary("t" + i, desc);
        builder.add(
            "t" + i,
            builder.describe(linear(1, i), Attributes.NONE),
            Map.of(Arg.SRC, x, Arg.DST, t));
        all.add(t);
      }
      builder.temporary("unused", desc);
      builder.add(
          "sum",
          builder.describe(new Sum(List.of(desc, desc, desc, desc), desc), Attributes.NONE),
          Map.of(
              Arg.source(0),
              all.get(0),
              Arg.source(1),
              all.get(1),
              Arg.source(2),
              all.get(2),
              Arg.source(3),
              all.get(3),
              Arg.DST,
              y));
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        assertThat(program.temporaryBytes()).isGreaterThanOrEqualTo(4 * desc.bytes());
        Tensor in = random(2);
        Tensor out = Tensor.allocate(desc, arena);
        execution.bind(x, image(in));
        execution.bind(y, out);
        execution.run();
        float[] expected = in.floats();
        for (int i = 0; i < expected.length; i++) {
          expected[i] = 4 * expected[i] + 6;
        }
        assertThat(new Tensor(in.desc(), out.segment()).floats()).containsExactly(expected);
      }
    }
  }

  @Test
  void constantsAreCopiedInTheLayoutThatIsWanted() {
    MemoryDesc src = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 19, 5, 6);
    MemoryDesc dst = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 21, 5, 6);
    Random random = new Random(3);
    float[] x = Loops.random(random, 19 * 30);
    float[] w = Loops.random(random, 21 * 19 * 9);
    double[] expected =
        Loops.convolution(
            x,
            Loops.image(1, 19, 5, 6),
            w,
            1,
            null,
            Loops.image(1, 21, 5, 6),
            Loops.Geometry.of(
                new long[] {3, 3}, new long[] {1, 1}, new long[2], new long[] {1, 1}));
    Program program;
    Operand in;
    Operand out;
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1);
        Arena shortLived = Arena.ofConfined()) {
      in = builder.input("x", src);
      out = builder.output("y", dst);
      PrimitiveDesc desc =
          builder.describe(
              new Convolution(
                  src,
                  MemoryDesc.of(DataType.F32, FormatTag.ANY, 21, 19, 3, 3),
                  dst,
                  Window.of(3, 3).padding(1, 1)),
              Attributes.NONE);
      Tensor weights = Tensor.of(shortLived, w, 21, 19, 3, 3);
      Operand constant = builder.constant("w", desc.desc(Arg.WEIGHTS), weights);
      weights.set(new float[w.length]);
      builder.add("conv", desc, Map.of(Arg.SRC, in, Arg.WEIGHTS, constant, Arg.DST, out));
      program = builder.build();
    }
    try (program;
        Execution execution = program.newExecution()) {
      assertThat(program.constantBytes()).isGreaterThanOrEqualTo(4L * w.length);
      assertThat(program.multiplyAdds()).isEqualTo(21L * 19 * 9 * 30);
      Tensor from = Tensor.allocate(src, arena);
      from.set(x);
      Tensor to = Tensor.allocate(dst, arena);
      execution.bind(in, from);
      execution.bind(out, to);
      execution.run();
      Close.assertClose(to.floats(), expected, Close.tolerance(19 * 9));
      assertThatThrownBy(() -> execution.bind(constantLike(program), to))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("is neither an input nor an output");
    }
  }

  private static Operand constantLike(Program program) {
    for (Buffer buffer : program.buffers()) {
      if (buffer.role() == Buffer.Role.CONSTANT) {
        return new Operand(buffer, 0, buffer.desc());
      }
    }
    throw new AssertionError("the program has no constant");
  }

  @Test
  void viewsReadAndWritePartsOfABuffer() {
    MemoryDesc half = DESC.submemory(new long[] {1, 16, 8, 8}, new long[] {1, 0, 0, 0});
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      PrimitiveDesc copy = builder.describe(new Reorder(DESC, DESC), Attributes.NONE);
      builder.add("copy", copy, Map.of(Arg.SRC, x, Arg.DST, y));
      Operand part = y.view(half);
      assertThat(part.name()).isEqualTo("y");
      assertThat(part.desc()).isEqualTo(half);
      PrimitiveDesc twice =
          builder.describe(new Reorder(half, half), Attributes.of(PostOps.NONE.sum()));
      builder.add("twice", twice, Map.of(Arg.SRC, x.view(half), Arg.DST, part));
      MemoryDesc larger = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 2, 16, 8, 9);
      assertThatThrownBy(() -> y.view(larger))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "view f32 2x16x8x9 acdb at byte 0 does not lie inside buffer y of f32 2x16x8x8 acdb");
      assertThatThrownBy(() -> y.view(DESC.any())).isInstanceOf(IllegalArgumentException.class);
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        Tensor in = random(4);
        Tensor out = Tensor.allocate(DESC, arena);
        execution.bind(x, image(in));
        execution.bind(y, out);
        execution.run();
        float[] expected = in.floats();
        for (int i = COUNT / 2; i < COUNT; i++) {
          expected[i] *= 2;
        }
        assertThat(new Tensor(in.desc(), out.segment()).floats()).containsExactly(expected);
      }
    }
  }

  @Test
  void viewsMayBeginFurtherOn() {
    MemoryDesc image = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 16, 8, 8);
    MemoryDesc row = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 16, 1, 8);
    long rowBytes = row.bytes();
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      builder.add(
          "copy",
          builder.describe(new Reorder(DESC, DESC), Attributes.NONE),
          Map.of(Arg.SRC, x, Arg.DST, y));
      // The third row of the second image becomes that of the first one's fifth.
      Operand from = x.view(image.bytes(), image).view(2 * rowBytes, row);
      Operand to = y.view(4 * rowBytes, row);
      assertThat(from.sharesBuffer(x)).isTrue();
      assertThat(from.sharesBuffer(y)).isFalse();
      builder.add(
          "row",
          builder.describe(new Reorder(row, row), Attributes.NONE),
          Map.of(Arg.SRC, from, Arg.DST, to));
      assertThatThrownBy(() -> x.view(image.bytes() + 4, image))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "view f32 1x16x8x8 acdb at byte 4100 does not lie inside buffer x of f32 2x16x8x8"
                  + " acdb");
      assertThatThrownBy(() -> x.view(-4, row)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> x.view(Long.MAX_VALUE, row))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> from.view(7 * rowBytes, row))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> x.view(2, row))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("view f32 1x16x1x8 acdb at byte 2 is not aligned to 4 bytes");
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        Tensor in = random(6);
        Tensor out = Tensor.allocate(DESC, arena);
        execution.bind(x, image(in));
        execution.bind(y, out);
        execution.run();
        float[] expected = in.floats();
        System.arraycopy(expected, 1024 + 2 * 128, expected, 4 * 128, 128);
        assertThat(new Tensor(in.desc(), out.segment()).floats()).containsExactly(expected);
      }
    }
  }

  /** {@code y = 2 * x}, then {@code z = y + 1}, each image by a lane of its own. */
  @Test
  void lanesRunSideBySideAndMeetAfterEachSection() throws Exception {
    MemoryDesc image = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 16, 8, 8);
    Program program;
    Operand x;
    Operand z;
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      x = builder.input("x", DESC);
      Operand y = builder.temporary("y", DESC);
      z = builder.output("z", DESC);
      builder.sideBySide(2, lane -> lane(builder, "twice", x, y, lane, image, 2, 0));
      // The other lane's image: right only if the lanes met.
      builder.sideBySide(2, lane -> lane(builder, "more", y, z, 1 - lane, image, 1, 1));
      assertThatThrownBy(() -> builder.sideBySide(0, lane -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("count of lanes must be 1 to 1024 and not inside others, was 0");
      program = builder.build();
    }
    try (program;
        ExecutorService pool = Executors.newFixedThreadPool(3)) {
      assertThat(program.steps()).hasSize(4);
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        int seed = t;
        all.add(
            pool.submit(
                () -> {
                  try (Arena own = Arena.ofConfined();
                      Execution execution = program.newExecution()) {
                    Tensor out = Tensor.allocate(DESC, own);
                    execution.bind(z, out);
                    for (int round = 0; round < 100; round++) {
                      float[] values = Loops.whole(new Random(seed * 1000 + round), COUNT);
                      Tensor in = Tensor.of(own, values, COUNT);
                      execution.bind(x, image(in));
                      execution.run();
                      for (int i = 0; i < COUNT; i++) {
                        values[i] = 2 * values[i] + 1;
                      }
                      assertThat(new Tensor(in.desc(), out.segment()).floats())
                          .containsExactly(values);
                    }
                    long[] profile = execution.profile(3);
                    assertThat(profile).hasSize(4).doesNotContain(0);
                    assertThatThrownBy(() -> execution.profile(0))
                        .hasMessage("runs must be 1 to 1000000, was 0");
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
    }
  }

  private static void lane(
      ProgramBuilder builder,
      String name,
      Operand from,
      Operand to,
      int index,
      MemoryDesc image,
      float alpha,
      float beta) {
    builder.add(
        name + index,
        builder.describe(
            new Eltwise(Algorithm.ELTWISE_LINEAR, image, image, alpha, beta), Attributes.NONE),
        Map.of(
            Arg.SRC, from.view(index * image.bytes(), image),
            Arg.DST, to.view(index * image.bytes(), image)));
  }

  @Test
  void aLaneThatCannotBeBuiltLeavesNothingOpen() {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      assertThatThrownBy(
              () ->
                  builder.sideBySide(
                      2,
                      lane -> {
                        if (lane == 1) {
                          builder.sideBySide(1, inner -> {});
                        }
                        builder.add(
                            "add",
                            builder.describe(linear(1, 1), Attributes.NONE),
                            Map.of(Arg.SRC, x, Arg.DST, y));
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("count of lanes must be 1 to 1024 and not inside others, was 1");
    }
    assertThat(Users.of(engine)).isEqualTo(1);
  }

  @Test
  void runsOnAnotherThreadThanTheBuilders() throws Exception {
    try (Chain chain = chain(3);
        ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Tensor x = random(5);
      Tensor y = Tensor.allocate(DESC, arena);
      Future<?> run =
          pool.submit(
              () -> {
                int threads = Threads.current();
                try (Execution execution = chain.program.newExecution()) {
                  execution.bind(chain.x, image(x));
                  execution.bind(chain.y, y);
                  execution.run();
                }
                assertThat(Threads.current()).isEqualTo(threads);
                return null;
              });
      run.get(5, TimeUnit.MINUTES);
      assertThat(new Tensor(x.desc(), y.segment()).floats()).containsExactly(plus(x.floats(), 6));
    }
  }

  @Test
  void manyExecutionsOfOneProgramRunAtOnce() throws Exception {
    try (Chain chain = chain(6);
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int seed = t;
        all.add(
            pool.submit(
                () -> {
                  try (Arena own = Arena.ofConfined();
                      Execution execution = chain.program.newExecution()) {
                    Tensor y = Tensor.allocate(DESC, own);
                    execution.bind(chain.y, y);
                    for (int round = 0; round < 50; round++) {
                      float[] values = Loops.whole(new Random(seed * 1000 + round), COUNT);
                      Tensor x = Tensor.of(own, values, COUNT);
                      execution.bind(chain.x, image(x));
                      execution.run();
                      assertThat(new Tensor(x.desc(), y.segment()).floats())
                          .containsExactly(plus(values, 21));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(5, TimeUnit.MINUTES);
      }
    }
  }

  @Test
  void buildingLeavesTheNumberOfThreadsAsItWas() {
    int before = Threads.current();
    try (Chain chain = chain(2);
        Execution execution = chain.program.newExecution()) {
      assertThat(Threads.current()).isEqualTo(before);
      execution.bind(chain.x, image(random(1)));
      execution.bind(chain.y, Tensor.allocate(DESC, arena));
      execution.run();
      assertThat(Threads.current()).isEqualTo(before);
    }
    try (ProgramBuilder builder = new ProgramBuilder(engine, before + 1)) {
      assertThat(Threads.current()).isEqualTo(before);
      assertThat(builder.describe(linear(1, 1), Attributes.NONE).threads()).isEqualTo(before + 1);
    }
    assertThat(Threads.current()).isEqualTo(before);
  }

  @Test
  void aBuilderThatFailsLeavesNothingOpen() {
    int before = Threads.current();
    for (int failure = 0; failure < 6; failure++) {
      int where = failure;
      assertThatThrownBy(() -> buildAndFail(where))
          .isInstanceOfAny(IllegalArgumentException.class, DnnException.class);
      assertThat(Users.of(engine)).as("users after failure %d", where).isEqualTo(1);
      assertThat(Threads.current()).isEqualTo(before);
    }
    assertThatThrownBy(() -> new ProgramBuilder(engine, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads must be 1 to 1024, was 0");
    assertThat(Users.of(engine)).isEqualTo(1);
  }

  private void buildAndFail(int where) {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 2);
        Arena shortLived = Arena.ofConfined()) {
      Operand x = builder.input("x", DESC);
      Operand y = builder.output("y", DESC);
      builder.constant("c", DESC, Tensor.allocate(DESC, shortLived));
      PrimitiveDesc relu = builder.describe(linear(2, 0), Attributes.NONE);
      builder.add("first", relu, Map.of(Arg.SRC, x, Arg.DST, y));
      MemoryDesc other = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 16, 8, 8);
      switch (where) {
        case 0 -> builder.input("any", DESC.any());
        case 1 -> builder.add("second", relu, Map.of(Arg.SRC, x));
        case 2 ->
            builder.add("second", relu, Map.of(Arg.SRC, x, Arg.DST, builder.output("z", other)));
        case 3 -> {
          MemoryDesc f64 = MemoryDesc.of(DataType.F64, FormatTag.A, 8);
          builder.describe(new Eltwise(Algorithm.ELTWISE_TANH, f64, f64, 0, 0), Attributes.NONE);
        }
        case 4 -> builder.constant("d", other, Tensor.of(shortLived, new float[COUNT], COUNT));
        case 5 -> {
          try (ProgramBuilder foreign = new ProgramBuilder(engine, 1)) {
            foreign.input("p", DESC);
            foreign.input("q", DESC);
            foreign.input("r", DESC);
            Operand z = foreign.input("z", DESC);
            builder.add("second", relu, Map.of(Arg.SRC, z, Arg.DST, y));
          }
        }
        default -> throw new AssertionError();
      }
    }
  }

  @Test
  void theBuildersErrorsNameTheStep() {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", DESC);
      MemoryDesc nchw = MemoryDesc.of(DataType.F32, FormatTag.NCHW, 2, 16, 8, 8);
      Operand y = builder.output("y", nchw);
      PrimitiveDesc relu = builder.describe(linear(2, 0), Attributes.NONE);
      assertThatThrownBy(() -> builder.add("relu", relu, Map.of(Arg.SRC, x)))
          .hasMessage("step relu takes the arguments [src, dst], given were [src]");
      assertThatThrownBy(() -> builder.add("relu", relu, Map.of(Arg.SRC, x, Arg.DST, y)))
          .hasMessage("step relu: argument dst must be f32 2x16x8x8 acdb, was y f32 2x16x8x8 abcd");
      assertThatThrownBy(() -> builder.temporary("t", DESC.any()))
          .hasMessage("buffer t must have a layout, desc was f32 2x16x8x8 any");
      builder.build().close();
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("build() was called before");
    }
  }

  @Test
  void aBuilderMayBeClosedTwice() {
    ProgramBuilder unbuilt = new ProgramBuilder(engine, 1);
    unbuilt.close();
    unbuilt.close();
    assertThat(Users.of(engine)).isEqualTo(1);
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            unbuilt::build,
            () -> unbuilt.input("x", DESC),
            () -> unbuilt.constant("c", DESC, image(random(1))),
            () -> unbuilt.describe(linear(1, 1), Attributes.NONE))) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("ProgramBuilder is closed");
    }
    ProgramBuilder built = new ProgramBuilder(engine, 1);
    Program program = built.build();
    built.close();
    built.close();
    program.close();
    program.close();
    assertThat(Users.of(engine)).isEqualTo(1);
  }

  @Test
  void anEmptyProgramRuns() {
    try (ProgramBuilder builder = new ProgramBuilder(engine, 1);
        Program program = builder.build();
        Execution execution = program.newExecution()) {
      execution.run();
      assertThat(program.temporaryBytes()).isZero();
      assertThat(program.steps()).isEmpty();
    }
  }
}
