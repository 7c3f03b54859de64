package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations that oneDNN's cache takes for equal are equal, and what it mistakes is not taken. */
class UnitStridesTest {
  private static MemoryDesc f32(FormatTag tag, long... dims) {
    return MemoryDesc.of(DataType.F32, tag, dims);
  }

  @Test
  void pairsThatDifferInUnitStridesAlone() throws Exception {
    ChildJvm.Result result = ChildJvm.of(Twins.class).run();
    assertThat(result.output().strip()).endsWith(" pairs, 0 wrong");
    assertThat(result.exit()).isZero();
  }

  /** What all tensors of an operation may be told as. */
  @Test
  void whatCanBeToldBothWaysFollowsTheOthers() {
    assertThat(strides(f32(FormatTag.NCHW, 2, 1, 3, 3), f32(FormatTag.NHWC, 2, 4, 3, 3)))
        .containsExactly(9, 1, 3, 1);
    assertThat(strides(f32(FormatTag.NHWC, 2, 1, 3, 3), f32(FormatTag.NCHW, 2, 4, 3, 3)))
        .containsExactly(9, 9, 3, 1);
    assertThat(strides(f32(FormatTag.NCHW, 2, 8, 1, 1), f32(FormatTag.ANY, 2, 4, 1, 1)))
        .containsExactly(8, 1, 8, 8);
    assertThat(strides(f32(FormatTag.NHWC, 1, 8, 1, 1), f32(FormatTag.NCHW, 1, 8, 2, 2)))
        .containsExactly(8, 1, 1, 1);
    assertThat(strides(f32(FormatTag.NCHW16C, 1, 32, 1, 1), f32(FormatTag.NCHW, 1, 32, 1, 1)))
        .containsExactly(32, 16, 16, 16);
  }

  @Test
  void aPartKeepsItsPlaceAndLosesItsGapsWhereNothingFollows() {
    MemoryDesc whole = f32(FormatTag.NHWC, 1, 8, 6, 6);
    MemoryDesc part = whole.submemory(new long[] {1, 8, 1, 1}, new long[] {0, 0, 2, 3});
    assertThat(strides(part, part)).containsExactly(8, 1, 8, 8);
    MemoryDesc row = whole.submemory(new long[] {1, 4, 1, 6}, new long[] {0, 4, 5, 0});
    assertThat(strides(row, row)).containsExactly(48, 1, 48, 8);
  }

  private static long[] strides(MemoryDesc desc, MemoryDesc other) {
    try (CallArena arena = new CallArena()) {
      DescQuery query =
          new DescQuery(UnitStrides.of(List.of(desc, other), arena).in(arena, desc), arena);
      assertThat(query.blocking().offset(new long[desc.rank()])).isZero(); // Memory points there
      return query.strides();
    }
  }

  /** As if {@link UnitStrides} had missed something. */
  @Test
  void whatTheCacheMistakesIsCompiledAnew() {
    Window window = Window.of(1, 1);
    try (Engine engine = Engine.cpu();
        CallArena arena = new CallArena()) {
      MemoryDesc any = f32(FormatTag.ANY, 24, 8, 1, 1);
      int capacity = PrimitiveCacheControl.capacity();
      MemorySegment rowMajor = describe(engine, arena, FormatTag.NCHW, any, window);
      MemorySegment last = describe(engine, arena, FormatTag.NHWC, any, window);
      try (PrimitiveDesc desc =
          PrimitiveDesc.of(
              engine,
              new Convolution(
                  f32(FormatTag.NHWC, 1, 8, 1, 1), any, f32(FormatTag.NHWC, 1, 24, 1, 1), window),
              Attributes.NONE)) {
        MemorySegment cached =
            NativeObject.create(
                arena, out -> dnnl_h.dnnl_primitive_create(out, rowMajor), "compile");
        MemorySegment mistaken =
            NativeObject.create(arena, out -> dnnl_h.dnnl_primitive_create(out, last), "compile");
        String wanted = PrimitiveDesc.implementationOf(last, arena);
        assumeFalse(
            PrimitiveDesc.implementationOf(rowMajor, arena).equals(wanted),
            "both layouts have one implementation on this processor");
        assertThat(implementation(mistaken, arena)).isNotEqualTo(wanted); // the defect is there
        assertThat(desc.implementation()).isEqualTo(wanted);
        MemorySegment fresh = new Compiler(desc, last).compile();
        assertThat(implementation(fresh, arena)).isEqualTo(wanted);
        assertThat(PrimitiveCacheControl.capacity()).isEqualTo(capacity);
        dnnl_h.dnnl_primitive_destroy(fresh);
        dnnl_h.dnnl_primitive_destroy(mistaken);
        dnnl_h.dnnl_primitive_destroy(cached);
      }
      dnnl_h.dnnl_primitive_desc_destroy(last);
      dnnl_h.dnnl_primitive_desc_destroy(rowMajor);
    }
  }

  /** Asks oneDNN itself, with strides as the tag has them. */
  private static MemorySegment describe(
      Engine engine, CallArena arena, FormatTag tag, MemoryDesc weights, Window window) {
    return engine.using(
        e ->
            NativeObject.create(
                arena,
                out ->
                    dnnl_h.dnnl_convolution_forward_primitive_desc_create(
                        out,
                        e,
                        dnnl_h.dnnl_forward_inference(),
                        Algorithm.CONVOLUTION_DIRECT.code(),
                        f32(tag, 1, 8, 1, 1).in(arena),
                        weights.in(arena),
                        MemorySegment.NULL,
                        f32(tag, 1, 24, 1, 1).in(arena),
                        window.strides(arena),
                        window.dilations(arena),
                        window.paddingBefore(arena),
                        window.paddingAfter(arena),
                        Attributes.NONE.in(arena, UnitStrides.ROW_MAJOR)),
                "describe a convolution"));
  }

  private static String implementation(MemorySegment primitive, Arena arena) {
    MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
    Status.check(dnnl_h.dnnl_primitive_get_primitive_desc(primitive, out), "ask what was compiled");
    return PrimitiveDesc.implementationOf(out.get(ValueLayout.ADDRESS, 0), arena);
  }
}
