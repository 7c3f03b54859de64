package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.cli.shapes.Plain;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The second half of a larger tensor is as good a source or destination as a tensor of its own.
 *
 * <p>The numbers are whole, so that the order of a sum does not matter: with AVX2 alone the two
 * row-major 3x3 convolutions once differed by rounding, some 3e-6 in sums of 288 products, because
 * parts had another implementation than tensors of their own.
 */
class SubmemoryTest {
  /** An operation, its shapes, and the dimension along which the larger tensors have two halves. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Case(
      String name,
      FormatTag tag,
      long[] src,
      long[] dst,
      int axis,
      long[] weights,
      boolean sum,
      BiFunction<MemoryDesc, MemoryDesc, Operation> operation) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s%s %s", name, sum ? " + sum" : "", tag);
    }
  }

  private static MemoryDesc any(long... dims) {
    return MemoryDesc.of(DataType.F32, FormatTag.ANY, dims);
  }

  static Stream<Case> cases() {
    List<Case> all = new ArrayList<>();
    for (boolean sum : new boolean[] {false, true}) {
      long[] ip = {32, 64};
      for (long n : new long[] {1, 4}) {
        all.add(
            new Case(
                "inner product of " + n,
                FormatTag.NC,
                new long[] {n, 64},
                new long[] {n, 32},
                n == 1 ? 1 : 0,
                ip,
                sum,
                (x, y) -> new InnerProduct(x, any(ip), null, y)));
      }
      for (FormatTag tag : List.of(FormatTag.NHWC, FormatTag.NCHW, FormatTag.NCHW16C)) {
        addImages(all, tag, sum);
      }
    }
    return all.stream();
  }

  private static void addImages(List<Case> all, FormatTag tag, boolean sum) {
    int axis = tag.equals(FormatTag.NHWC) ? 2 : 1; // of one image, halves are single blocks
    long[] image = {1, 32, 8, 8};
    long[] small = {1, 32, 4, 4};
    long[] pixel = {1, 32, 1, 1};
    for (int k : new int[] {1, 3}) {
      Window window = Window.of(k, k).padding(k / 2, k / 2);
      long[] full = {32, 32, k, k};
      long[] depthwise = {32, 1, 1, k, k};
      all.add(
          new Case(
              "convolution " + k,
              tag,
              image,
              image,
              axis,
              full,
              sum,
              (x, y) -> new Convolution(x, any(full), null, y, window)));
      all.add(
          new Case(
              "convolution of a pixel " + k,
              tag,
              pixel,
              pixel,
              1,
              full,
              sum,
              (x, y) -> new Convolution(x, any(full), null, y, window)));
      all.add(
          new Case(
              "depthwise " + k,
              tag,
              image,
              image,
              axis,
              depthwise,
              sum,
              (x, y) -> new Convolution(x, any(depthwise), null, y, window)));
    }
    for (Algorithm algorithm : List.of(Algorithm.RESAMPLING_NEAREST, Algorithm.RESAMPLING_LINEAR)) {
      all.add(
          new Case(
              algorithm.name(),
              tag,
              small,
              image,
              axis,
              null,
              sum,
              (x, y) -> new Resampling(algorithm, x, y)));
    }
    all.add(
        new Case(
            "binary",
            tag,
            image,
            image,
            axis,
            null,
            sum,
            (x, y) -> new Binary(Algorithm.BINARY_ADD, x, x, y)));
    all.add(new Case("reorder", tag, image, image, axis, null, sum, Reorder::new));
    if (!sum) {
      Window two = Window.of(2, 2).strides(2, 2);
      for (Algorithm algorithm :
          List.of(Algorithm.POOLING_AVG_EXCLUDE_PADDING, Algorithm.POOLING_MAX)) {
        all.add(
            new Case(
                algorithm.name(),
                tag,
                image,
                small,
                axis,
                null,
                sum,
                (x, y) -> new Pooling(algorithm, x, y, two)));
      }
      all.add(
          new Case(
              "softmax", tag, image, image, axis, null, false, (x, y) -> new Softmax(x, y, 1)));
      all.add(
          new Case(
              "sum", tag, image, image, axis, null, false, (x, y) -> new Sum(List.of(x, x), y)));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void halvesAreReadAndWrittenWhereTheyLie(Case c) {
    float[] expected = run(c, false, false);
    for (boolean dst : new boolean[] {false, true}) {
      assertThat(run(c, true, dst))
          .as("part of src")
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(expected);
    }
    assertThat(run(c, false, true))
        .as("part of dst")
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(expected);
  }

  private static float[] run(Case c, boolean partOfSrc, boolean partOfDst) {
    Random random = new Random(3);
    try (Engine engine = Engine.cpu();
        Arena arena = Arena.ofConfined();
        ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      MemoryDesc src = desc(c, c.src, partOfSrc);
      MemoryDesc dst = desc(c, c.dst, partOfDst);
      Operand x = builder.input("x", whole(c, c.src, partOfSrc));
      Operand y = builder.output("y", whole(c, c.dst, partOfDst));
      Operation operation = c.operation.apply(src, dst);
      PrimitiveDesc primitive =
          builder.describe(operation, Attributes.of(c.sum ? PostOps.NONE.sum() : PostOps.NONE));
      Map<Arg, Operand> operands = new HashMap<>();
      for (Arg arg : operation.arguments()) {
        if (arg.equals(Arg.DST)) {
          operands.put(arg, y.view(dst));
        } else if (arg.equals(Arg.WEIGHTS)) {
          float[] values = Loops.whole(random, Loops.product(c.weights));
          operands.put(
              arg, builder.constant("w", primitive.desc(arg), Tensor.of(arena, values, c.weights)));
        } else {
          operands.put(arg, x.view(src));
        }
      }
      builder.add("step", primitive, operands);
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        Tensor from = execution.allocate(x);
        Tensor to = execution.allocate(y);
        write(from, src, Loops.whole(new Random(1), Loops.product(c.src)));
        write(to, dst, Loops.whole(new Random(2), Loops.product(c.dst)));
        execution.run();
        return read(to, dst);
      }
    }
  }

  private static MemoryDesc whole(Case c, long[] dims, boolean part) {
    long[] larger = dims.clone();
    larger[c.axis] *= part ? 2 : 1;
    return MemoryDesc.of(DataType.F32, c.tag, larger);
  }

  private static MemoryDesc desc(Case c, long[] dims, boolean part) {
    long[] from = new long[dims.length];
    from[c.axis] = part ? dims[c.axis] : 0;
    MemoryDesc whole = whole(c, dims, part);
    return part ? whole.submemory(dims, from) : whole;
  }

  private static void write(Tensor tensor, MemoryDesc part, float[] values) {
    for (int i = 0; i < values.length; i++) {
      long at = part.elementOffset(Plain.position(i, part.dims()));
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, at, values[i]);
    }
  }

  private static float[] read(Tensor tensor, MemoryDesc part) {
    float[] values = new float[Math.toIntExact(part.elements())];
    for (int i = 0; i < values.length; i++) {
      long at = part.elementOffset(Plain.position(i, part.dims()));
      values[i] = tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, at);
    }
    return values;
  }
}
