package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What there is for each operation there is for all: javac can't see it in a chain of ifs. */
class OperationsTest {
  private static final MemoryDesc IMAGE = MemoryDesc.of(DataType.F32, FormatTag.ABCD, 1, 2, 4, 4);
  private static final MemoryDesc HALF = MemoryDesc.of(DataType.F32, FormatTag.ABCD, 1, 2, 2, 2);
  private static final MemoryDesc ROWS = MemoryDesc.of(DataType.F32, FormatTag.AB, 2, 3);
  private static final MemoryDesc SQUARE = MemoryDesc.of(DataType.F32, FormatTag.AB, 3, 3);
  private static final MemoryDesc KERNEL = MemoryDesc.of(DataType.F32, FormatTag.ABCD, 2, 2, 1, 1);
  private static final MemoryDesc WIDE = MemoryDesc.of(DataType.F32, FormatTag.ABCD, 1, 4, 4, 4);

  private static final List<Operation> ALL =
      List.of(
          new Binary(Algorithm.BINARY_ADD, IMAGE, IMAGE, IMAGE),
          new Concat(1, List.of(IMAGE, IMAGE), WIDE),
          new Convolution(IMAGE, KERNEL, null, IMAGE, Window.of(1, 1)),
          new Eltwise(Algorithm.ELTWISE_RELU, IMAGE, IMAGE, 0, 0),
          new InnerProduct(ROWS, SQUARE, null, ROWS),
          new MatMul(
              ROWS,
              MemoryDesc.of(DataType.F32, FormatTag.AB, ROWS.dim(1), ROWS.dim(1)),
              null,
              ROWS),
          new Pooling(Algorithm.POOLING_MAX, IMAGE, HALF, Window.of(2, 2).strides(2, 2)),
          new Reorder(IMAGE, IMAGE),
          new Resampling(Algorithm.RESAMPLING_NEAREST, HALF, IMAGE),
          new Softmax(ROWS, ROWS, 1),
          new Sum(List.of(IMAGE, IMAGE), IMAGE));

  private static final Map<Class<?>, PostOps.PostOp> POST_OPS =
      Map.of(
          PostOps.Sum.class, new PostOps.Sum(1),
          PostOps.Eltwise.class, new PostOps.Eltwise(Algorithm.ELTWISE_RELU, 0, 0),
          PostOps.Binary.class, new PostOps.Binary(Algorithm.BINARY_ADD, IMAGE));

  @Test
  void theListsHaveAll() {
    assertThat(ALL.stream().map(Object::getClass).toList())
        .hasSameElementsAs(List.of(Operation.class.getPermittedSubclasses()));
    assertThat(POST_OPS.keySet()).isEqualTo(Set.of(PostOps.PostOp.class.getPermittedSubclasses()));
  }

  /** An exported step says all that its primitive was made of, so that another one can be. */
  @Test
  void eachIsExported() throws IOException {
    String twin = Files.readString(Path.of("native/twin/twin.c"));
    for (Operation operation : ALL) {
      String file = exported(operation, PostOps.NONE);
      assertThat(file).contains("step " + operation.kind() + " it\n");
      assertThat(twin).contains("\"" + operation.kind() + "\"");
      for (String component : components(operation)) {
        assertThat(file).as("%s of %s", component, operation).contains("\n" + component + " ");
      }
    }
    for (PostOps.PostOp postOp : POST_OPS.values()) {
      String kind = postOp.getClass().getSimpleName().toLowerCase(Locale.ROOT);
      assertThat(exported(ALL.get(2), PostOps.NONE.and(postOp))).contains("\npostop " + kind + " ");
    }
  }

  @Test
  void scalesAndZeroPointsAreExported() throws IOException {
    String file =
        exported(
            new Reorder(IMAGE, MemoryDesc.of(DataType.U8, FormatTag.NCHW, IMAGE.dims())),
            Attributes.NONE.with(
                Quantization.NONE.scale(Arg.DST, Granularity.of(1)).zeroPoint(Arg.DST)));
    assertThat(file)
        .contains("\nscales " + Arg.DST.code() + " 2\n")
        .contains("\nzeropoints " + Arg.DST.code() + " 0\n");
  }

  /** The components of a record that are neither descriptors nor said by the arguments. */
  private static List<String> components(Operation operation) {
    return Stream.of(operation.getClass().getRecordComponents())
        .filter(
            component ->
                component.getType() == Algorithm.class
                    || component.getType() == Window.class
                    || component.getType() == int.class)
        .map(component -> component.getName())
        .collect(Collectors.toList());
  }

  private static String exported(Operation operation, PostOps postOps) throws IOException {
    return exported(operation, Attributes.of(postOps));
  }

  private static String exported(Operation operation, Attributes attributes) throws IOException {
    try (Engine engine = Engine.cpu();
        Arena arena = Arena.ofConfined();
        ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      PrimitiveDesc desc = builder.describe(operation, attributes);
      Map<Arg, Operand> operands = new HashMap<>();
      desc.descs()
          .forEach(
              (arg, argument) -> {
                if (!arg.equals(Arg.SCRATCHPAD)) {
                  operands.put(
                      arg,
                      arg.equals(Arg.DST)
                          ? builder.output("dst", argument)
                          : builder.constant(
                              arg.toString(), argument, Tensor.allocate(argument, arena)));
                }
              });
      builder.add("it", desc, operands);
      try (Program program = builder.build();
          Execution execution = program.newExecution()) {
        execution.allocate(operands.get(Arg.DST));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        execution.export(out);
        return out.toString(StandardCharsets.ISO_8859_1);
      }
    }
  }

  /** Messages look for what would do instead of an operation: it must be known to them. */
  @Test
  void eachCanBeVaried() {
    try (Engine engine = Engine.cpu()) {
      for (Operation operation : ALL) {
        String advice = Alternatives.of(engine.handle(), operation, Attributes.NONE);
        assertThat(advice)
            .as(operation.kind())
            .isEqualTo(
                "it has one with F32, one with common layouts, one with F32 and common layouts");
      }
    }
  }
}
